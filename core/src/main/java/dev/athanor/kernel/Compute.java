package dev.athanor.kernel;

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

    private Compute(Kernels kernels, MicroKernel micro, int threads) {
        this.kernels = kernels;
        this.workers = new Workers(threads);
        this.gemm = new Gemm(micro, workers);
        InterleavedRows interleaved = new InterleavedRows(kernels, workers);
        this.gemv = new Gemv(kernels, workers, interleaved);
        this.manyGemv = new ManyGemv(kernels, workers, interleaved);
        this.attention = new FlashAttention(kernels, micro, workers);
    }

    /** The fastest provider this machine and JVM allow, on {@code threads} threads. */
    public static Compute create(int threads) {
        return of(KernelProvider.choose().kernels(), threads);
    }

    /** The plain Java reference on {@code threads} threads; the same bits, slowly. */
    public static Compute scalar(int threads) {
        return of(KernelProvider.scalar().kernels(), threads);
    }

    private static Compute of(Kernels kernels, int threads) {
        MicroKernel micro = kernels instanceof ScalarKernels ? new ScalarMicroKernel() : new VectorMicroKernel();
        return new Compute(kernels, micro, threads);
    }

    /**
     * The same kernels on the calling thread alone, for work that is shared out in larger pieces than one product. It
     * holds no threads, so it need not be closed.
     */
    public Compute alone() {
        return of(kernels, 1);
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
        workers.close();
    }
}
