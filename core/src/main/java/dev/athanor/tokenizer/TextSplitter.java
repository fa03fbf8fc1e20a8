package dev.athanor.tokenizer;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Cuts text at added tokens: first at those that are looked for in the text as it came, then, in each part between them
 * after it was normalised, at the others.
 */
final class TextSplitter {
    private final UnaryOperator<String> normalization;
    private final AddedTokens raw;
    private final AddedTokens normalized;

    /** What is between and at the matches, in order. */
    interface Parts {
        /**
         * Ordinary text, normalised.
         *
         * @param first whether it begins where the whole text does
         */
        void text(String text, int start, int end, boolean first);

        void token(int id);
    }

    TextSplitter(List<AddedToken> tokens, UnaryOperator<String> normalization) {
        this.normalization = normalization;
        this.raw = new AddedTokens(tokens.stream().filter(t -> !t.normalized()).toList(), normalization);
        this.normalized =
                new AddedTokens(tokens.stream().filter(AddedToken::normalized).toList(), normalization);
    }

    /** Splits {@code text}. Special tokens stay text unless {@code specials}. */
    void split(String text, boolean specials, Parts parts) {
        if (raw.isEmpty()) {
            if (!text.isEmpty()) {
                splitNormalized(text, true, specials, parts);
            }
            return;
        }
        raw.split(text, specials, new AddedTokens.Parts() {
            @Override
            public void text(String whole, int start, int end) {
                splitNormalized(whole.substring(start, end), start == 0, specials, parts);
            }

            @Override
            public void token(AddedToken token) {
                parts.token(token.id());
            }
        });
    }

    private void splitNormalized(String part, boolean first, boolean specials, Parts parts) {
        String text = normalization.apply(part);
        if (normalized.isEmpty()) {
            parts.text(text, 0, text.length(), first);
            return;
        }
        normalized.split(text, specials, new AddedTokens.Parts() {
            @Override
            public void text(String whole, int start, int end) {
                parts.text(whole, start, end, first && start == 0);
            }

            @Override
            public void token(AddedToken token) {
                parts.token(token.id());
            }
        });
    }
}
