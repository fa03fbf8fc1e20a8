package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What a model is made of, from its shapes alone; no weights are read or made.
 *
 * @param name what the reader called it
 * @param config the model
 * @param counts its parameters
 * @param qkv its matrices for queries, keys and values
 * @param work operations a token costs
 * @param memory bytes it takes
 */
public record ModelDescription(
        String name, ModelConfig config, ParameterCounts counts, QkvMatrices qkv, Work work, MemoryNeeds memory) {
    /**
     * Describes {@code config}, wherever it came from.
     *
     * @throws IllegalArgumentException when a count does not fit into 63 bits
     */
    public static ModelDescription of(String name, ModelConfig config) {
        return of(name, config, TensorSpec::name);
    }

    /**
     * As {@link #of(String, ModelConfig)}.
     *
     * @param tensorNames what tensors are called in the file
     */
    public static ModelDescription of(String name, ModelConfig config, Function<TensorSpec, String> tensorNames) {
        try {
            List<TensorSpec> specs = TensorTable.of(config);
            ParameterCounts counts = ParameterCounts.of(config, specs);
            Work work = new Work(config, counts);
            MemoryNeeds memory = MemoryNeeds.of(config, specs);
            work.trainingPerToken(config.contextLength()); // the largest figures of the page
            work.reading(config.contextLength());
            memory.training();
            memory.running(MemoryNeeds.FORMATS.getFirst());
            return new ModelDescription(name, config, counts, QkvMatrices.of(config, specs, tensorNames), work, memory);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    name + ": expected a model whose operations and bytes fit into 63 bits, found layers="
                            + config.layers() + ", width=" + config.width() + ", feed-forward width="
                            + config.feedForwardWidth() + " and context=" + config.contextLength()
                            + "; check config.json",
                    e);
        }
    }

    /** The family as {@code model_type} of config.json spells it. */
    public String family() {
        return config.family().name().toLowerCase(Locale.ROOT);
    }
}
