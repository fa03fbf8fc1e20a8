package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.tensor.DType;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Bytes a model takes: weights in several number formats, keys and values, training. Activations are not counted.
 *
 * @param parameters numbers it stores
 * @param weightBytes all weights in each of {@link #FORMATS}
 * @param left parameters in matrices that a format cannot take
 */
public record MemoryNeeds(ModelConfig config, long parameters, Map<DType, Long> weightBytes, Map<DType, Long> left) {
    /** The formats a page compares. */
    public static final List<DType> FORMATS =
            List.of(DType.F32, DType.BF16, DType.Q8_0, DType.Q6_K, DType.Q4_K, DType.Q4_0);

    /** Weight, gradient and AdamW's two moments. */
    private static final int TRAINING_NUMBERS = 4;

    public MemoryNeeds {
        weightBytes = Collections.unmodifiableMap(new EnumMap<>(weightBytes));
        left = Collections.unmodifiableMap(new EnumMap<>(left));
    }

    /** Needs of the tensors {@code specs}; throws {@link ArithmeticException} where they do not fit into a long. */
    static MemoryNeeds of(ModelConfig config, List<TensorSpec> specs) {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        Map<DType, Long> left = new EnumMap<>(DType.class);
        long parameters = 0;
        for (TensorSpec spec : specs) {
            long elements = spec.shape().elements();
            parameters = Math.addExact(parameters, elements);
            for (DType format : FORMATS) {
                DType stored = stored(format, spec, config);
                bytes.merge(format, stored.bytes(elements), Math::addExact);
                left.merge(format, stored != format && spec.shape().rank() == 2 ? elements : 0, Math::addExact);
            }
        }
        return new MemoryNeeds(config, parameters, bytes, left);
    }

    /**
     * As athanor quantize stores it, but for the head of Q4_0 and Q4_K models and learned positions, which get more
     * bits.
     */
    private static DType stored(DType format, TensorSpec spec, ModelConfig config) {
        if (!format.quantised()) {
            return format;
        }
        if (spec.shape().rank() != 2) {
            return DType.F32;
        }
        int inputs = inputs(spec, config);
        if (inputs % format.blockElements() == 0) {
            return format;
        }
        return inputs % DType.Q8_0.blockElements() == 0 ? DType.Q8_0 : DType.F16;
    }

    /** Numbers summed over for one output: the length of a row as quantised files store it. */
    private static int inputs(TensorSpec spec, ModelConfig config) {
        boolean projection = Place.of(spec.role()) == Place.ATTENTION || Place.of(spec.role()) == Place.FEED_FORWARD;
        return spec.shape().dim(projection && config.layout().inputMajor() ? 0 : -1);
    }

    /**
     * All weights in {@code format}, one of {@link #FORMATS}. A quantised format takes the matrices whose rows, as
     * inputs of a product, are whole blocks; norms and biases stay F32, other matrices become Q8_0, or F16 where that
     * does not fit either.
     */
    public long weights(DType format) {
        return of(weightBytes, format);
    }

    /** Parameters in matrices that {@code format} cannot take because their rows are not whole blocks. */
    public long unfit(DType format) {
        return of(left, format);
    }

    private static long of(Map<DType, Long> map, DType format) {
        Long found = map.get(format);
        if (found == null) {
            throw new IllegalArgumentException("memory: expected one of " + FORMATS + ", found " + format);
        }
        return found;
    }

    /** Weights, gradients and AdamW's two moments (arXiv:1910.02054, section 3.1) in F32: 16 bytes a parameter. */
    public long training() {
        return Math.multiplyExact((long) TRAINING_NUMBERS * Float.BYTES, parameters);
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
        if (running(format) <= memory) {
            return config.contextLength();
        }
        return (int) Math.max(0, (memory - weights(format)) / kvPerToken(DType.F32));
    }
}
