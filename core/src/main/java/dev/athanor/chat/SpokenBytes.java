package dev.athanor.chat;

import dev.athanor.chat.template.Rendered;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Which tokens of a rendered conversation lie inside {@code {% generation %}}, by counting bytes. */
final class SpokenBytes {
    private final Tokenizer tokenizer;

    SpokenBytes(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Empty where the tokens' bytes are not those of the text, as with tokenizers that add a space. */
    Optional<boolean[]> marks(Rendered rendered, int[] tokens) {
        byte[] bytes = rendered.text().getBytes(StandardCharsets.UTF_8);
        boolean[] inside = new boolean[bytes.length];
        int at = 0;
        for (Rendered.Span span : rendered.spans()) {
            int length = rendered.text().substring(span.start(), span.end()).getBytes(StandardCharsets.UTF_8).length;
            for (int i = at; i < at + length; i++) {
                inside[i] = span.generation();
            }
            at += length;
        }
        boolean[] marks = new boolean[tokens.length];
        int from = 0;
        for (int i = 0; i < tokens.length; i++) {
            byte[] token = tokenizer.bytes(tokens[i]);
            if (from + token.length > bytes.length) {
                return Optional.empty();
            }
            for (int b = 0; b < token.length; b++) {
                if (token[b] != bytes[from + b]) {
                    return Optional.empty();
                }
                marks[i] |= inside[from + b];
            }
            from += token.length;
        }
        return from == bytes.length ? Optional.of(marks) : Optional.empty();
    }
}
