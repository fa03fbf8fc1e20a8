package dev.athanor.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/**
 * What surrounds the merges of a SentencePiece-style BPE.
 *
 * @param normalization done first
 * @param spaces what becomes of spaces
 * @param cutsWords whether no merge crosses the beginning of a word
 * @param wholePieces whether a piece that is itself a token needs no merging ({@code ignore_merges})
 * @param byteFallback whether a character that is no token becomes the tokens {@code <0x00>} … of its bytes
 * @param unknown token of a character that cannot be written otherwise
 * @param fuseUnknown whether neighbouring unknown characters are one token
 * @param stripped what decoding takes away at the beginning of a text
 * @param addedTokens tokens found in the text as a whole
 * @param before ids that a model of this tokenizer expects before a text
 * @param after ids that a model of this tokenizer expects after a text
 */
public record SentencePieceRules(
        Normalization normalization,
        Spaces spaces,
        boolean cutsWords,
        boolean wholePieces,
        boolean byteFallback,
        OptionalInt unknown,
        boolean fuseUnknown,
        Stripped stripped,
        List<AddedToken> addedTokens,
        List<Integer> before,
        List<Integer> after) {
    /** What decoding takes away at the beginning of a text. */
    public enum Stripped {
        NOTHING,
        /** One space. */
        ONE_SPACE,
        /** Every space of the first token, as the decoder Metaspace does. */
        FIRST_TOKEN
    }

    public SentencePieceRules {
        addedTokens = List.copyOf(addedTokens);
        before = List.copyOf(before);
        after = List.copyOf(after);
    }
}
