package dev.athanor.bench;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.quant.Blocks;
import dev.athanor.quant.IntegerDots;
import dev.athanor.quant.Interleaved;
import dev.athanor.quant.RoundedActivations;
import dev.athanor.quant.StoredDots;
import dev.athanor.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A stored matrix [64, 2048] that stays in the nearest caches, times one vector, on one thread: what arithmetic allows
 * before memory has a say. With {@code -prof gc} it shows that the kernels allocate nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 5, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class StoredDotsBenchmark {
    private static final int ROWS = 64;
    private static final int COLUMNS = 2048;

    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    DType type = DType.F32;

    private final Compute compute = Compute.create(1);
    private final Kernels kernels = compute.kernels();
    private final float[] x = new float[COLUMNS];
    private final float[] ready = new float[COLUMNS];
    private final RoundedActivations rounded = new RoundedActivations();
    private final float[] y = new float[ROWS];
    private final float[] room = new float[Math.max(COLUMNS, StoredDots.ROOM)];
    private MemorySegment w = MemorySegment.NULL;
    private Interleaved sixteen = Interleaved.room(DType.Q4_0, ROWS, COLUMNS);

    @Setup(Level.Trial)
    public void fill() {
        Random random = new Random(1);
        float[] numbers = new float[ROWS * COLUMNS];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian() * 0.02f;
        }
        for (int i = 0; i < COLUMNS; i++) {
            x[i] = (float) random.nextGaussian();
        }
        StoredDots.scaleForHalves(x, 0, COLUMNS, ready);
        w = Arena.global().allocate(type.bytes(numbers.length), 64);
        Blocks.encode(type, numbers, 0, numbers.length, w, 0);
        if (Interleaved.has(type)) {
            sixteen = Interleaved.room(type, ROWS, COLUMNS);
            for (int group = 0; group < sixteen.groups(); group++) {
                sixteen.fill(w, group * Interleaved.ROWS, group);
            }
            rounded.round(true, type, x, 0, 1, COLUMNS);
        }
    }

    @Benchmark
    public void rows() {
        if (Interleaved.has(type)) {
            for (int group = 0; group < sixteen.groups(); group++) {
                IntegerDots.dots(true, sixteen, group, rounded, 0, y, group * Interleaved.ROWS, room);
            }
        } else if (type == DType.F16) {
            StoredDots.rows(type, w, 0, ROWS, ready, 0, COLUMNS, y, 0, room);
        } else {
            kernels.storedDots(type, w, 0, ROWS, x, 0, y, 0, COLUMNS, room);
        }
    }
}
