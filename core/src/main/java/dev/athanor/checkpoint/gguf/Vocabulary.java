package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.model.ModelConfig;
import dev.athanor.tokenizer.GgufVocabulary;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerFormatException;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Tokens on their way between tokenizer.json and {@code tokenizer.ggml.*}. */
final class Vocabulary {
    private static final String PREFIX = "tokenizer.ggml.";

    /** A whole tokenizer.json (ggml docs/gguf.md), there when the other keys do not say everything. */
    private static final String JSON = "tokenizer.huggingface.json";

    private static final int MOST = Integer.MAX_VALUE;

    private Vocabulary() {}

    /** Puts the tokens of the model in {@code directory} into {@code out}, placeholders where it has none. */
    static void write(
            Path directory,
            ModelConfig config,
            List<Integer> endTokens,
            Map<String, GgufValue> out,
            List<String> notes) {
        Optional<Path> file = Checkpoint.tokenizer(directory);
        if (file.isEmpty()) {
            Placeholders.write(config.vocabularySize(), out);
            notes.add(directory + " has no tokenizer.json: the GGUF file names placeholder tokens");
        } else {
            write(file.get(), Tokenizers.load(file.get()), config, out, notes);
        }
        config.bosToken().ifPresent(id -> out.put(PREFIX + "bos_token_id", GgufValue.of(id)));
        config.eosToken().ifPresent(id -> out.put(PREFIX + "eos_token_id", GgufValue.of(id)));
        endTokens.stream()
                .filter(id -> config.eosToken().isEmpty() || config.eosToken().getAsInt() != id)
                .findFirst()
                .ifPresent(id -> out.put(PREFIX + "eot_token_id", GgufValue.of(id)));
    }

    private static void write(
            Path file, Tokenizer tokenizer, ModelConfig config, Map<String, GgufValue> out, List<String> notes) {
        if (tokenizer.vocabularySize() > config.vocabularySize()) {
            throw new ModelFormatException(file + ": expected a tokenizer of at most vocab_size="
                    + config.vocabularySize() + " tokens, as the model has, found " + tokenizer.vocabularySize());
        }
        GgufVocabulary vocabulary = Tokenizers.toGguf(tokenizer);
        String json = TokenizerJson.write(tokenizer);
        if (!json.equals(TokenizerJson.write(Tokenizers.fromGguf(vocabulary)))) {
            out.put(JSON, GgufValue.of(json));
            notes.add(file + " has rules that GGUF's own keys cannot say: it is kept whole as " + JSON
                    + ", which llama.cpp does not read; it may cut some texts differently");
        }
        put(vocabulary.padded(config.vocabularySize()), out);
    }

    private static void put(GgufVocabulary v, Map<String, GgufValue> out) {
        out.put(PREFIX + "model", GgufValue.of(v.model()));
        out.put(PREFIX + "pre", GgufValue.of(v.pre()));
        out.put(PREFIX + "tokens", GgufValue.of(v.tokens()));
        if (!v.scores().isEmpty()) {
            float[] scores = new float[v.scores().size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = v.scores().get(i);
            }
            out.put(PREFIX + "scores", GgufValue.of(scores));
        }
        out.put(
                PREFIX + "token_type",
                GgufValue.of(v.types().stream().mapToInt(Integer::intValue).toArray()));
        if (!v.merges().isEmpty()) {
            out.put(PREFIX + "merges", GgufValue.of(v.merges()));
        }
        v.bos().ifPresent(id -> out.put(PREFIX + "bos_token_id", GgufValue.of(id)));
        v.eos().ifPresent(id -> out.put(PREFIX + "eos_token_id", GgufValue.of(id)));
        v.unknown().ifPresent(id -> out.put(PREFIX + "unknown_token_id", GgufValue.of(id)));
        out.put(PREFIX + "add_bos_token", GgufValue.of(v.addBos()));
        out.put(PREFIX + "add_eos_token", GgufValue.of(v.addEos()));
        if (v.model().equals("llama")) {
            out.put(PREFIX + "add_space_prefix", GgufValue.of(v.addSpacePrefix()));
        }
    }

    /**
     * The tokenizer in {@code metadata}.
     *
     * @throws TokenizerFormatException when there is none, or one that Athanor does not have
     */
    static Tokenizer read(GgufMetadata metadata) {
        Optional<String> json = metadata.optionalText(JSON);
        if (json.isPresent()) {
            return TokenizerJson.parse(json.get(), metadata.path() + ": key " + JSON);
        }
        GgufVocabulary vocabulary;
        try {
            vocabulary = vocabulary(metadata);
            if (Placeholders.are(vocabulary.tokens())) {
                throw new TokenizerFormatException(
                        "expected tokens, found placeholders: the file was made from a model "
                                + "without a tokenizer.json");
            }
            return Tokenizers.fromGguf(vocabulary);
        } catch (TokenizerFormatException e) {
            throw new TokenizerFormatException(metadata.path() + ": " + e.getMessage(), e);
        }
    }

    private static GgufVocabulary vocabulary(GgufMetadata metadata) {
        String model = metadata.optionalText(PREFIX + "model")
                .orElseThrow(() -> new TokenizerFormatException("expected key " + PREFIX + "model, found none"));
        List<String> tokens = metadata.texts(PREFIX + "tokens");
        List<Float> scores = new ArrayList<>();
        for (float score : metadata.floats(PREFIX + "scores", metadata.count(PREFIX + "scores"))) {
            scores.add(score);
        }
        int[] types = metadata.wholes(PREFIX + "token_type", metadata.count(PREFIX + "token_type"));
        OptionalInt bos = id(metadata, "bos");
        boolean sentencePiece = model.equals("llama");
        String pre = metadata.optionalText(PREFIX + "pre").orElse("");
        // llama.cpp's defaults for files without these keys
        boolean usualBos = sentencePiece || pre.equals("llama-bpe");
        return new GgufVocabulary(
                model,
                pre,
                tokens,
                scores,
                Arrays.stream(types).boxed().toList(),
                metadata.texts(PREFIX + "merges"),
                bos,
                id(metadata, "eos"),
                id(metadata, "unknown"),
                metadata.flag(PREFIX + "add_bos_token", usualBos && bos.isPresent()),
                metadata.flag(PREFIX + "add_eos_token", false),
                sentencePiece && metadata.flag(PREFIX + "add_space_prefix", true));
    }

    private static OptionalInt id(GgufMetadata metadata, String name) {
        return metadata.optionalWhole(PREFIX + name + "_token_id", 0, MOST)
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    /** The small files of a Hugging Face directory that hold the tokens of {@code model}. */
    static Map<String, String> texts(GgufModel model, List<String> notes) {
        Map<String, String> texts = new LinkedHashMap<>();
        try {
            texts.put("tokenizer.json", TokenizerJson.write(read(model.metadata())));
        } catch (TokenizerFormatException e) {
            notes.add(e.getMessage() + "; the directory gets no tokenizer.json");
        }
        return texts;
    }
}
