package dev.athanor.cli;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.generate.sample.SamplerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/**
 * How answers are drawn when nobody says it.
 *
 * @param origin where that comes from, for people
 */
record ChatDefaults(SamplerSettings sampling, String origin) {
    private static final String FILE = "generation_config.json";
    private static final long MOST_BYTES = 1 << 20;

    /** As the model's generation_config.json says, where it names temperature, top_p or top_k. */
    static ChatDefaults of(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return usual("the model has no " + FILE);
        }
        JsonNode node;
        try {
            node = ChatJson.object(file, MOST_BYTES);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(String.valueOf(e.getMessage()), e);
        }
        OptionalDouble temperature = number(node, "temperature", file);
        OptionalDouble topP = number(node, "top_p", file);
        OptionalDouble topK = number(node, "top_k", file);
        if (temperature.isEmpty() && topP.isEmpty() && topK.isEmpty()) {
            return usual("its " + FILE + " names none");
        }
        SamplerSettings.Builder builder = SamplerSettings.builder();
        temperature.ifPresent(builder::temperature);
        topP.ifPresent(builder::topP);
        topK.ifPresent(k -> builder.topK((int) k));
        number(node, "min_p", file).ifPresent(builder::minP);
        // transformers counts every token of the text, not only recent ones.
        number(node, "repetition_penalty", file)
                .ifPresent(r -> builder.repeatPenalty(r).repeatLastN(-1));
        try {
            return new ChatDefaults(builder.build(), "from " + FILE);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file + ": " + e.getMessage(), e);
        }
    }

    private static ChatDefaults usual(String why) {
        return new ChatDefaults(
                SamplerSettings.builder().temperature(0.7).topP(0.95).build(), "Athanor's own, for " + why);
    }

    private static OptionalDouble number(JsonNode node, String name, Path file) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalDouble.empty();
        }
        if (!value.isNumber()) {
            throw new ModelFormatException(
                    file + ": " + name + ": expected a number, found " + Visible.line(value.toString()));
        }
        return OptionalDouble.of(value.doubleValue());
    }
}
