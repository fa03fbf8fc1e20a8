package dev.athanor.tokenizer;

import java.util.List;

/**
 * What surrounds the merges of a byte-level BPE.
 *
 * @param normalization done first
 * @param preTokenizer how text is cut into pieces
 * @param addedTokens tokens found in the text as a whole
 * @param wholePieces whether a piece that is itself a token needs no merging ({@code ignore_merges})
 * @param before ids that a model of this tokenizer expects before a text
 * @param after ids that a model of this tokenizer expects after a text
 * @param prefixSpace whether a space is put before text that does not begin with one, and so between an added token and
 *     the text behind it ({@code add_prefix_space})
 */
public record TextRules(
        Normalization normalization,
        PreTokenizer preTokenizer,
        List<AddedToken> addedTokens,
        boolean wholePieces,
        List<Integer> before,
        List<Integer> after,
        boolean prefixSpace) {
    public TextRules {
        addedTokens = List.copyOf(addedTokens);
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** Rules that put no space before a text. */
    public TextRules(
            Normalization normalization,
            PreTokenizer preTokenizer,
            List<AddedToken> addedTokens,
            boolean wholePieces,
            List<Integer> before,
            List<Integer> after) {
        this(normalization, preTokenizer, addedTokens, wholePieces, before, after, false);
    }

    /** Rules with cuts and added tokens only. */
    public TextRules(PreTokenizer preTokenizer, List<AddedToken> addedTokens) {
        this(Normalization.NONE, preTokenizer, addedTokens, false, List.of(), List.of());
    }
}
