package dev.athanor.kernel;

import dev.athanor.tensor.DType;
import java.util.Optional;

/**
 * What a model computes with: row kernels, matrix products, attention and the threads they share. One instance serves
 * one caller at a time (a training loop, a generation); it owns its threads and scratch memory until {@link #close()}.
 */
public final class Compute implements AutoCloseable {
    private final Kernels kernels;
    private final Workers workers;
    private final Gemm gemm;
    private final Gemv gemv;
    private final ManyGemv manyGemv;
    private final FlashAttention attention;
    private final EngineDoor door;

    private Compute(Kernels kernels, MicroKernel micro, int threads, MatrixChoice choice) {
        this.kernels = kernels;
        this.workers = new Workers(threads);
        this.gemm = new Gemm(micro, workers);
        InterleavedRows interleaved = new InterleavedRows(kernels, workers);
        this.gemv = new Gemv(kernels, workers, interleaved);
        this.manyGemv = new ManyGemv(kernels, workers, interleaved);
        this.attention = new FlashAttention(kernels, micro, workers);
        try {
            this.door = EngineDoor.of(choice, workers);
        } catch (RuntimeException | Error e) {
            workers.close();
            throw e;
        }
    }

    /**
     * The fastest kernels of our own that this machine and JVM allow, on {@code threads} threads: the same bits
     * everywhere.
     */
    public static Compute create(int threads) {
        return create(threads, MatrixChoice.VECTOR);
    }

    /**
     * As the other, with matrix products as {@code choice} says.
     *
     * @throws IllegalArgumentException where an engine was asked for by name that cannot run here, in one sentence
     */
    public static Compute create(int threads, MatrixChoice choice) {
        return of(KernelProvider.choose().kernels(), threads, choice);
    }

    /** The plain Java reference on {@code threads} threads; the same bits, slowly. */
    public static Compute scalar(int threads) {
        return of(KernelProvider.scalar().kernels(), threads, MatrixChoice.VECTOR);
    }

    private static Compute of(Kernels kernels, int threads, MatrixChoice choice) {
        MicroKernel micro = kernels instanceof ScalarKernels ? new ScalarMicroKernel() : new VectorMicroKernel();
        return new Compute(kernels, micro, threads, choice);
    }

    /**
     * The same kernels on the calling thread alone, for work that is shared out in larger pieces than one product. It
     * holds no threads, so it need not be closed.
     */
    public Compute alone() {
        return of(kernels, 1, MatrixChoice.VECTOR);
    }

    public Kernels kernels() {
        return kernels;
    }

    public Workers workers() {
        return workers;
    }

    public Gemm gemm() {
        return gemm;
    }

    /** What multiplies several rows by weights stored as {@code type}; empty where that is {@link #gemm()}. */
    public Optional<MatrixEngine> engineFor(DType type) {
        return door.engineFor(type);
    }

    /**
     * Checks that an engine that was asked for by name can train.
     *
     * @throws IllegalArgumentException where it would be slower than our own kernels
     */
    public void requireForLearning() {
        door.requireForLearning();
    }

    /** What multiplies arrays, as training does; empty where that is {@link #gemm()}. */
    public Optional<MatrixEngine> engineForArrays() {
        return door.engineForArrays();
    }

    public Gemv gemv() {
        return gemv;
    }

    public ManyGemv manyGemv() {
        return manyGemv;
    }

    public FlashAttention attention() {
        return attention;
    }

    @Override
    public void close() {
        door.close();
        workers.close();
    }
}
