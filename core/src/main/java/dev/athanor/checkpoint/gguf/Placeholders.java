package dev.athanor.checkpoint.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tokens for a model that has none of its own: llama.cpp opens no file without a vocabulary. They look like
 * SentencePiece: unknown, begin, end, the 256 bytes, and numbered words.
 */
final class Placeholders {
    private static final int BYTES = 256;
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int BYTE = 6;
    private static final List<String> FIRST = List.of("<unk>", "<s>", "</s>");

    private Placeholders() {}

    static String token(int id) {
        if (id < FIRST.size()) {
            return FIRST.get(id);
        }
        int number = id - FIRST.size();
        return number < BYTES ? String.format(Locale.ROOT, "<0x%02X>", number) : "\u2581w" + (number - BYTES);
    }

    private static int type(int id) {
        return id == 0 ? UNKNOWN : id < FIRST.size() ? CONTROL : id < FIRST.size() + BYTES ? BYTE : NORMAL;
    }

    static void write(int vocabulary, Map<String, GgufValue> out) {
        List<String> tokens = new ArrayList<>();
        float[] scores = new float[vocabulary];
        int[] types = new int[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            tokens.add(token(i));
            scores[i] = -i;
            types[i] = type(i);
        }
        out.put("tokenizer.ggml.model", GgufValue.of("llama"));
        out.put("tokenizer.ggml.tokens", GgufValue.of(tokens));
        out.put("tokenizer.ggml.scores", GgufValue.of(scores));
        out.put("tokenizer.ggml.token_type", GgufValue.of(types));
        out.put("tokenizer.ggml.add_bos_token", GgufValue.of(false));
    }

    /** Whether {@code tokens} are those this class writes. */
    static boolean are(List<String> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (!tokens.get(i).equals(token(i))) {
                return false;
            }
        }
        return true;
    }
}
