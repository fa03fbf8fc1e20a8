package dev.athanor.model;

/**
 * The next tokens of one text, in a pass that reads several texts.
 *
 * @param tokens at least two: one alone is added up in another order
 * @param cache of the text, with the tokens before these
 * @param last whether the logits of what comes after the last token are wanted
 */
public record Piece(int[] tokens, KvCache cache, boolean last) {
    public Piece {
        tokens = tokens.clone();
        if (tokens.length < 2) {
            throw new IllegalArgumentException("piece: expected at least two tokens, found " + tokens.length
                    + "; read a single one with nextLogits, which adds up in another order");
        }
        if (cache.length() + tokens.length > cache.capacity()) {
            throw new IllegalArgumentException("KV cache: expected at most " + cache.capacity() + " tokens, found "
                    + (cache.length() + tokens.length));
        }
    }

    @Override
    public int[] tokens() {
        return tokens.clone();
    }

    int size() {
        return tokens.length;
    }
}
