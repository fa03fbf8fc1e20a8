package dev.athanor.generate.speculate;

import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** A guess is a number: it means the same only where both models count the same tokens. */
final class SameVocabulary {
    private static final String OTHERS = ", as for the model that it guesses for";

    private SameVocabulary() {}

    /** @throws IllegalArgumentException where an id means something else to the smaller model, or nothing */
    static void check(Speculation.Draft draft, Transformer model, Tokenizer tokenizer) {
        int size = tokenizer.vocabularySize();
        int other = draft.tokenizer().vocabularySize();
        if (other != size) {
            throw refused(draft, "a vocabulary of " + size + " tokens" + OTHERS + ", found " + other);
        }
        for (int id = 0; id < size; id++) {
            byte[] here = tokenizer.bytes(id);
            byte[] there = draft.tokenizer().bytes(id);
            if (!Arrays.equals(here, there)) {
                throw refused(draft, "token " + id + " to be " + quoted(here) + OTHERS + ", found " + quoted(there));
            }
            boolean control = tokenizer.isSpecial(id);
            if (control != draft.tokenizer().isSpecial(id)) {
                throw refused(
                        draft,
                        "token " + id + ", " + quoted(here) + ", to be " + kind(control) + OTHERS + ", found "
                                + kind(!control));
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

    private static String kind(boolean control) {
        return control ? "a control token" : "text";
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
