package dev.athanor.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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

    /** Whether a successor was asked for; a computation that began with the fastest kernels needs none. */
    private final AtomicBoolean warming = new AtomicBoolean();

    /** What takes over once it is warm, on the same threads. */
    private volatile @Nullable Compute successor;

    private Compute(Kernels kernels, MicroKernel micro, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.gemm = new Gemm(micro, workers);
        InterleavedRows interleaved = new InterleavedRows(kernels, workers);
        this.gemv = new Gemv(kernels, workers, interleaved);
        this.manyGemv = new ManyGemv(kernels, workers, interleaved);
        this.attention = new FlashAttention(kernels, micro, workers);
    }

    /** The fastest provider this machine and JVM allow, on {@code threads} threads. */
    public static Compute create(int threads) {
        Compute fastest = of(KernelProvider.choose().kernels(), threads);
        fastest.warming.set(true);
        return fastest;
    }

    /** The plain Java reference on {@code threads} threads; the same bits, slowly. */
    public static Compute scalar(int threads) {
        return of(KernelProvider.scalar().kernels(), threads);
    }

    /**
     * As {@link #create}, but the scalar kernels compute until {@link #warmUp()} was asked for and is done: loops of
     * the Vector API that the JVM has not compiled yet are many times slower than plain ones, and a first word would
     * wait for the compiler. The bits are the same.
     */
    public static Compute quick(int threads) {
        return new Compute(new ScalarKernels(), new PlainMicroKernel(), new Workers(threads));
    }

    /**
     * Lets the fastest kernels take over as soon as the JVM has compiled them, which happens beside the caller's work.
     */
    public void warmUp() {
        if (warming.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("athanor-warm-up").start(() -> successor = WarmUp.of(workers));
        }
    }

    /** Lets the fastest kernels take over now, compiled or not: for long work. */
    public void hurry() {
        if (warming.compareAndSet(false, true)) {
            successor = of(KernelProvider.choose().kernels(), workers);
        }
    }

    private static Compute of(Kernels kernels, int threads) {
        return of(kernels, new Workers(threads));
    }

    static Compute of(Kernels kernels, Workers workers) {
        MicroKernel micro = kernels instanceof ScalarKernels ? new ScalarMicroKernel() : new VectorMicroKernel();
        return new Compute(kernels, micro, workers);
    }

    private Compute now() {
        Compute warm = successor;
        return warm == null ? this : warm;
    }

    /**
     * The same kernels on the calling thread alone, for work that is shared out in larger pieces than one product. It
     * holds no threads, so it need not be closed.
     */
    public Compute alone() {
        return of(kernels(), 1);
    }

    public Kernels kernels() {
        return now().kernels;
    }

    public Workers workers() {
        return workers;
    }

    public Gemm gemm() {
        return now().gemm;
    }

    public Gemv gemv() {
        return now().gemv;
    }

    public ManyGemv manyGemv() {
        return now().manyGemv;
    }

    public FlashAttention attention() {
        return now().attention;
    }

    @Override
    public void close() {
        workers.close();
    }
}
