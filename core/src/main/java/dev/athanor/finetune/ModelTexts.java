package dev.athanor.finetune;

import dev.athanor.checkpoint.ChatSource;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.model.ModelConfig;
import dev.athanor.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The small files of a model that say how it is spoken to: taken over from the model that learned, with a chat template
 * where it had none.
 */
final class ModelTexts {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";

    /** Templates and token names are kilobytes; a file of more than this is no such file. */
    private static final long MOST_BYTES = 64L << 20;

    /** Taken over as they are, where the model has them. */
    private static final List<String> COPIED =
            List.of("chat_template.jinja", "chat_template.json", "special_tokens_map.json", "added_tokens.json");

    private ModelTexts() {}

    /** Text of tokenizer.json in {@code directory}. */
    static String tokenizer(Path directory) {
        return Checkpoint.tokenizer(directory)
                .map(ModelTexts::read)
                .orElseThrow(() -> new FinetuneException(
                        directory + ": expected a model with a tokenizer.json, found none; fine-tuning needs one"));
    }

    /**
     * Files for the learned model.
     *
     * @param from directory of the model that learned
     * @param config as it is now; its context may be longer
     */
    static Map<String, String> of(Path from, ModelConfig config, Tokenizer tokenizer) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : COPIED) {
            Path file = from.resolve(name);
            if (Files.isRegularFile(file)) {
                texts.put(name, read(file));
            }
        }
        Path own = from.resolve(TOKENIZER_CONFIG);
        ObjectNode node = Files.isRegularFile(own) ? object(own) : MAPPER.createObjectNode();
        if (!node.has("tokenizer_class")) {
            node.put("tokenizer_class", "PreTrainedTokenizerFast");
        }
        node.put("model_max_length", config.contextLength());
        if (ChatSource.read(from).template(false).isEmpty()) {
            name(node, "bos_token", config.bosToken(), tokenizer);
            name(node, "eos_token", OptionalInt.of(tokenizer.endOfText()), tokenizer);
            node.put("clean_up_tokenization_spaces", false);
            node.put("chat_template", BaseTemplate.jinja(tokenizer.decode(tokenizer.endOfText())));
        }
        texts.put(
                TOKENIZER_CONFIG,
                MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(node) + "\n");
        return texts;
    }

    private static void name(ObjectNode node, String field, OptionalInt id, Tokenizer tokenizer) {
        if (!node.has(field) && id.isPresent() && id.getAsInt() < tokenizer.vocabularySize()) {
            node.put(field, tokenizer.decode(id.getAsInt()));
        }
    }

    private static ObjectNode object(Path file) {
        try {
            JsonNode node = MAPPER.readTree(read(file));
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new FinetuneException(
                    file + ": expected a JSON object, found text that is not JSON: "
                            + String.valueOf(e.getOriginalMessage()),
                    e);
        }
        throw new FinetuneException(file + ": expected a JSON object, found another value");
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new FinetuneException(
                        file + ": expected at most " + MOST_BYTES + " bytes, found " + Files.size(file));
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + Checkpoint.describe(e), e);
        }
    }
}
