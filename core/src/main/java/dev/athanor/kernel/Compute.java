package dev.athanor.kernel;

import dev.athanor.tensor.DType;
import java.util.Optional;
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
    private final EngineDoor door;
    private final InterleavedRows interleaved;

    private final MatrixChoice choice;

    /** Whether a successor was asked for; a computation that began with the fastest kernels needs none. */
    private final AtomicBoolean warming = new AtomicBoolean();

    /** What takes over once it is warm, on the same threads. */
    private volatile @Nullable Compute successor;

    /**
     * @param first who multiplies; {@code choice} is for the successor
     * @param closed whether somebody will close this
     */
    private Compute(
            Kernels kernels,
            MicroKernel micro,
            Workers workers,
            MatrixChoice first,
            MatrixChoice choice,
            boolean closed) {
        this.choice = choice;
        this.kernels = kernels;
        this.workers = workers;
        this.interleaved = new InterleavedRows(kernels, workers, closed);
        this.gemm = new Gemm(micro, workers, Optional.of(interleaved));
        this.gemv = new Gemv(kernels, workers, interleaved);
        this.manyGemv = new ManyGemv(kernels, micro, workers, interleaved);
        this.attention = new FlashAttention(kernels, micro, workers);
        try {
            this.door = EngineDoor.of(first, workers);
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
        Compute fastest = of(KernelProvider.choose().kernels(), new Workers(threads), choice);
        fastest.warming.set(true);
        return fastest;
    }

    /** The plain Java reference on {@code threads} threads; the same bits, slowly. */
    public static Compute scalar(int threads) {
        return of(KernelProvider.scalar().kernels(), new Workers(threads), MatrixChoice.VECTOR);
    }

    /**
     * As {@link #create}, but the scalar kernels compute until {@link #warmUp()} was asked for and is done: loops of
     * the Vector API that the JVM has not compiled yet are many times slower than plain ones, and a first word would
     * wait for the compiler. The bits are the same. An engine that is not asked for by name is opened then too.
     */
    public static Compute quick(int threads, MatrixChoice choice) {
        MatrixChoice first = choice == MatrixChoice.AUTO ? MatrixChoice.VECTOR : choice;
        return new Compute(new ScalarKernels(), new PlainMicroKernel(), new Workers(threads), first, choice, true);
    }

    /**
     * Lets the fastest kernels take over as soon as the JVM has compiled them, which happens beside the caller's work.
     */
    public void warmUp() {
        if (warming.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("athanor-warm-up").start(() -> successor = WarmUp.of(workers, choice));
        }
    }

    /** Lets the fastest kernels take over now, compiled or not: for long work. */
    public void hurry() {
        if (warming.compareAndSet(false, true)) {
            successor = of(KernelProvider.choose().kernels(), workers, choice);
        }
    }

    static Compute of(Kernels kernels, Workers workers, MatrixChoice choice) {
        return new Compute(kernels, micro(kernels), workers, choice, choice, true);
    }

    private static MicroKernel micro(Kernels kernels) {
        return kernels instanceof ScalarKernels ? new ScalarMicroKernel() : new VectorMicroKernel();
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
        MatrixChoice vector = MatrixChoice.VECTOR;
        return new Compute(kernels(), micro(kernels()), new Workers(1), vector, vector, false);
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

    /** What multiplies several rows by weights stored as {@code type}; empty where that is {@link #gemm()}. */
    public Optional<MatrixEngine> engineFor(DType type) {
        return now().door.engineFor(type);
    }

    /**
     * Checks that an engine that was asked for by name can train.
     *
     * @throws IllegalArgumentException where it would be slower than our own kernels
     */
    public void requireForLearning() {
        now().door.requireForLearning();
    }

    /** What multiplies arrays, as training does; empty where that is {@link #gemm()}. */
    public Optional<MatrixEngine> engineForArrays() {
        return now().door.engineForArrays();
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
        door.close();
        Compute warm = successor;
        if (warm != null) {
            warm.door.close();
        }
        workers.close();
        interleaved.close();
        if (warm != null) {
            warm.interleaved.close();
        }
    }
}
