package dev.athanor.generate.speculate;

import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** A guess is a number: it means the same only where both models count the same tokens. */
final class SameVocabulary {
    private SameVocabulary() {}

    /** @throws IllegalArgumentException where an id means something else to the smaller model, or nothing */
    static void check(Speculation.Draft draft, Transformer model, Tokenizer tokenizer) {
        int size = tokenizer.vocabularySize();
        int other = draft.tokenizer().vocabularySize();
        if (other != size) {
            throw refused(
                    draft, "a vocabulary of " + size + " tokens, as the model has that it guesses for, found " + other);
        }
        for (int id = 0; id < size; id++) {
            byte[] here = tokenizer.bytes(id);
            byte[] there = draft.tokenizer().bytes(id);
            if (!Arrays.equals(here, there)
                    || tokenizer.isSpecial(id) != draft.tokenizer().isSpecial(id)) {
                throw refused(
                        draft,
                        "token " + id + " to be " + quoted(here) + ", as for the model that it guesses for" + ", found "
                                + quoted(there));
            }
        }
        if (draft.parameters().config().vocabularySize()
                < Math.min(size, model.config().vocabularySize())) {
            throw refused(
                    draft,
                    "rows for " + size + " tokens, found "
                            + draft.parameters().config().vocabularySize());
        }
    }

    private static String quoted(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.append('"').toString();
    }

    private static IllegalArgumentException refused(Speculation.Draft draft, String what) {
        return new IllegalArgumentException("draft model " + draft.name() + ": expected " + what
                + "; take a smaller model that was made with the same tokenizer");
    }
}
