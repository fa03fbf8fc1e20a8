package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.tensor.DType;
import java.util.List;

/** Bytes a model takes: weights in several number formats, keys and values, training. Activations are not counted. */
public record MemoryNeeds(ModelConfig config, ParameterCounts counts) {
    /** The formats a page compares. */
    public static final List<DType> FORMATS =
            List.of(DType.F32, DType.BF16, DType.Q8_0, DType.Q6_K, DType.Q4_K, DType.Q4_0);

    /** Weight, gradient and AdamW's two moments. */
    private static final int TRAINING_NUMBERS = 4;

    /**
     * All weights in {@code format}. A quantised format takes the matrices whose rows, as inputs of a product, are
     * whole blocks; norms, biases and other matrices stay F32.
     */
    public long weights(DType format) {
        long bytes = 0;
        for (TensorSpec spec : TensorTable.of(config)) {
            DType stored = takes(format, spec) ? format : DType.F32;
            bytes = Math.addExact(bytes, stored.bytes(spec.shape().elements()));
        }
        return bytes;
    }

    /** Parameters in matrices that {@code format} cannot take because their rows are not whole blocks. */
    public long unfit(DType format) {
        return TensorTable.of(config).stream()
                .filter(spec -> spec.shape().rank() == 2 && !takes(format, spec))
                .mapToLong(spec -> spec.shape().elements())
                .sum();
    }

    private boolean takes(DType format, TensorSpec spec) {
        return !format.quantised() || (spec.shape().rank() == 2 && inputs(spec) % format.blockElements() == 0);
    }

    /** Numbers summed over for one output: the length of a row as quantised files store it. */
    private int inputs(TensorSpec spec) {
        boolean projection = Place.of(spec.role()) == Place.ATTENTION || Place.of(spec.role()) == Place.FEED_FORWARD;
        return spec.shape().dim(projection && config.layout().inputMajor() ? 0 : -1);
    }

    /**
     * Weights, gradients and AdamW's two moments in F32: 16 bytes a parameter (arXiv:1910.02054, section 3.1, in F32).
     */
    public long training() {
        return Math.multiplyExact((long) TRAINING_NUMBERS * Float.BYTES, counts.total());
    }

    /** Keys and values of one token in all layers: 2 L kvHeads headSize numbers of {@code format}. */
    public long kvPerToken(DType format) {
        return format.bytes(2L * config.layers() * config.kvWidth());
    }

    /** Keys and values of {@code context} tokens; with a sliding window, of those that can still be seen. */
    public long kv(DType format, int context) {
        int kept = Math.min(context, config.slidingWindow().orElse(context));
        return Math.multiplyExact(kvPerToken(format), (long) kept);
    }

    /** Weights in {@code format} with Athanor's own cache, which is F32, at full context. */
    public long running(DType format) {
        return Math.addExact(weights(format), kv(DType.F32, config.contextLength()));
    }

    /** The longest context that fits beside the weights into {@code memory} bytes; 0 when the weights do not. */
    public int contextWithin(DType format, long memory) {
        long free = memory - weights(format);
        if (free < 0) {
            return 0;
        }
        return running(format) <= memory
                ? config.contextLength()
                : (int) Math.min(config.contextLength(), free / kvPerToken(DType.F32));
    }
}
