package dev.athanor.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/**
 * A vocabulary as GGUF files have it under {@code tokenizer.ggml.*} (ggml docs/gguf.md; llama.cpp llama-vocab.cpp).
 *
 * @param model {@code gpt2} for byte-level BPE, {@code llama} for SentencePiece
 * @param pre name of the cuts before byte-level BPE, empty where there is none
 * @param tokens names by id
 * @param scores for SentencePiece, the highest merged first; empty otherwise
 * @param types of the tokens, see {@link #NORMAL} and so on; empty means all normal
 * @param merges for byte-level BPE, two tokens with a space between, the first merged first
 * @param bos id that begins a text
 * @param eos id that ends a text
 * @param unknown id of what cannot be written
 * @param addBos whether a model expects {@code bos} before a text
 * @param addEos whether a model expects {@code eos} after a text
 * @param addSpacePrefix whether SentencePiece puts a space before a text
 */
public record GgufVocabulary(
        String model,
        String pre,
        List<String> tokens,
        List<Float> scores,
        List<Integer> types,
        List<String> merges,
        OptionalInt bos,
        OptionalInt eos,
        OptionalInt unknown,
        boolean addBos,
        boolean addEos,
        boolean addSpacePrefix) {
    /** A piece of text. */
    public static final int NORMAL = 1;
    /** What stands for a character that cannot be written. */
    public static final int UNKNOWN = 2;
    /** A special token. */
    public static final int CONTROL = 3;
    /** A piece of text that is found as a whole, before any merge. */
    public static final int USER_DEFINED = 4;
    /** A row of the model without a token. */
    public static final int UNUSED = 5;
    /** One byte, named {@code <0x00>} … */
    public static final int BYTE = 6;

    /**
     * @throws TokenizerFormatException when lists have different lengths, a score is no number, or an id is out of
     *     range
     */
    public GgufVocabulary {
        tokens = List.copyOf(tokens);
        scores = List.copyOf(scores);
        types = List.copyOf(types);
        merges = List.copyOf(merges);
        length("scores", scores.size(), tokens.size());
        length("token_type", types.size(), tokens.size());
        for (int id = 0; id < scores.size(); id++) {
            if (!Float.isFinite(scores.get(id))) {
                throw new TokenizerFormatException(
                        "tokenizer.ggml.scores: expected numbers, found " + scores.get(id) + " for token " + id);
            }
        }
        for (int id = 0; id < types.size(); id++) {
            if (types.get(id) < NORMAL || types.get(id) > BYTE) {
                throw new TokenizerFormatException(
                        "tokenizer.ggml.token_type: expected 1 to 6, found " + types.get(id) + " for token " + id);
            }
        }
        requireId("bos_token_id", bos, tokens.size());
        requireId("eos_token_id", eos, tokens.size());
        requireId("unknown_token_id", unknown, tokens.size());
    }

    private static void length(String name, int found, int tokens) {
        if (found != 0 && found != tokens) {
            throw new TokenizerFormatException(
                    "tokenizer.ggml." + name + ": expected one for each of " + tokens + " tokens, found " + found);
        }
    }

    private static void requireId(String name, OptionalInt id, int tokens) {
        if (id.isPresent() && (id.getAsInt() < 0 || id.getAsInt() >= tokens)) {
            throw new TokenizerFormatException("tokenizer.ggml." + name + ": expected an id between 0 and "
                    + (tokens - 1) + ", found " + id.getAsInt());
        }
    }

    int type(int id) {
        return types.isEmpty() ? NORMAL : types.get(id);
    }

    /** This vocabulary with unused tokens behind it, so that it has one for each of {@code rows} of a model. */
    public GgufVocabulary padded(int rows) {
        if (rows == tokens.size()) {
            return this;
        }
        List<String> names = new java.util.ArrayList<>(tokens);
        List<Float> padScores = new java.util.ArrayList<>(scores);
        List<Integer> padTypes = new java.util.ArrayList<>(types);
        for (int id = padTypes.size(); id < tokens.size(); id++) {
            padTypes.add(NORMAL);
        }
        for (int id = tokens.size(); id < rows; id++) {
            names.add("[PAD" + id + "]");
            padTypes.add(UNUSED);
            if (!scores.isEmpty()) {
                padScores.add(UNUSED_SCORE);
            }
        }
        return new GgufVocabulary(
                model, pre, names, padScores, padTypes, merges, bos, eos, unknown, addBos, addEos, addSpacePrefix);
    }

    /** Lower than that of any token that merges make. */
    static final float UNUSED_SCORE = -1e9f;
}
