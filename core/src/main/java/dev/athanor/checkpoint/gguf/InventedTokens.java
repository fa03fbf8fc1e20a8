package dev.athanor.checkpoint.gguf;

import dev.athanor.tokenizer.GgufVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A vocabulary for models of random weights, in SentencePiece's form: unknown, begin, end, the 256 bytes, the space,
 * then the words of lower-case letters, short ones first. Every text has tokens, and what such a model writes can be
 * read.
 */
final class InventedTokens {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final List<String> FIRST = List.of("<unk>", "<s>", "</s>");
    private static final int BYTES = 256;
    private static final String SPACE = "\u2581";
    private static final int SPACE_AT = FIRST.size() + BYTES;
    private static final int LETTERS = 'z' - 'a' + 1;

    private InventedTokens() {}

    /** @throws IllegalArgumentException for fewer tokens than the marks, the bytes and the space */
    static void write(int vocabulary, Map<String, GgufValue> out) {
        if (vocabulary <= SPACE_AT) {
            throw new IllegalArgumentException(
                    "vocabulary: expected more than " + SPACE_AT + " tokens, one for each byte, found " + vocabulary);
        }
        List<String> tokens = new ArrayList<>(vocabulary);
        float[] scores = new float[vocabulary];
        int[] types = new int[vocabulary];
        for (int id = 0; id < vocabulary; id++) {
            tokens.add(token(id));
            scores[id] = -id;
            types[id] = type(id);
        }
        out.put(PREFIX + "model", GgufValue.of("llama"));
        out.put(PREFIX + "tokens", GgufValue.of(tokens));
        out.put(PREFIX + "scores", GgufValue.of(scores));
        out.put(PREFIX + "token_type", GgufValue.of(types));
        out.put(PREFIX + "unknown_token_id", GgufValue.of(0));
        out.put(PREFIX + "bos_token_id", GgufValue.of(1));
        out.put(PREFIX + "eos_token_id", GgufValue.of(2));
        out.put(PREFIX + "add_bos_token", GgufValue.of(true));
        out.put(PREFIX + "add_eos_token", GgufValue.of(false));
    }

    private static String token(int id) {
        if (id < FIRST.size()) {
            return FIRST.get(id);
        }
        if (id < SPACE_AT) {
            return String.format(Locale.ROOT, "<0x%02X>", id - FIRST.size());
        }
        return id == SPACE_AT ? SPACE : word(id - SPACE_AT);
    }

    /** a, b … z, aa, ab …: numbers from 1 on in bijective base 26. */
    private static String word(int number) {
        StringBuilder word = new StringBuilder();
        for (int rest = number; rest > 0; rest = (rest - 1) / LETTERS) {
            word.append((char) ('a' + (rest - 1) % LETTERS));
        }
        return word.reverse().toString();
    }

    private static int type(int id) {
        if (id == 0) {
            return GgufVocabulary.UNKNOWN;
        }
        if (id < FIRST.size()) {
            return GgufVocabulary.CONTROL;
        }
        return id < SPACE_AT ? GgufVocabulary.BYTE : GgufVocabulary.NORMAL;
    }
}
