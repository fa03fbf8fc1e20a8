package dev.athanor.model;

import dev.athanor.kernel.MatrixChoice;
import dev.athanor.tensor.DType;
import java.util.Optional;

/**
 * How a model is run, whatever is asked of it.
 *
 * @param threads that compute; the results do not depend on it
 * @param kv how keys and values of texts are kept
 * @param matmul who multiplies matrices
 * @param weights the type a directory's matrices are run in, quantised once into a file in it; empty for their own
 */
public record RunOptions(int threads, KvType kv, MatrixChoice matmul, Optional<DType> weights) {
    public RunOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
        }
    }

    /** With weights as they are. */
    public RunOptions(int threads, KvType kv, MatrixChoice matmul) {
        this(threads, kv, matmul, Optional.empty());
    }

    /** With matrix products by what is on the class path and faster: {@link MatrixChoice#AUTO}. */
    public RunOptions(int threads, KvType kv) {
        this(threads, kv, MatrixChoice.AUTO);
    }

    /** Keys and values in F32. */
    public static RunOptions of(int threads) {
        return new RunOptions(threads, KvType.F32);
    }

    /** The same with other matrix products. */
    public RunOptions with(MatrixChoice choice) {
        return new RunOptions(threads, kv, choice, weights);
    }

    /** The same with weights of another type. */
    public RunOptions with(DType type) {
        return new RunOptions(threads, kv, matmul, Optional.of(type));
    }
}
