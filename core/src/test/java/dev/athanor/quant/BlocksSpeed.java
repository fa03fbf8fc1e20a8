package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Prints how fast one thread reads and writes floats of each type, or of the types named, and what is lost. A program,
 * not a test; docs/quantisation.md says how to run it.
 */
final class BlocksSpeed {
    private static final int ROW = 2048;
    private static final int ROWS = 256;
    private static final List<DType> WRITTEN =
            List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q6_K);

    private BlocksSpeed() {}

    public static void main(String[] args) {
        float[] weights = new float[ROW * ROWS];
        Random random = new Random(1);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * 0.02f;
        }
        List<String> chosen = List.of(args);
        float[] row = new float[ROW];
        try (Arena arena = Arena.ofConfined()) {
            for (DType type : DType.values()) {
                if (type != DType.F32 && !GgmlBlocks.TYPES.contains(type)
                        || !chosen.isEmpty() && !chosen.contains(type.name())) {
                    continue;
                }
                MemorySegment stored = arena.allocate(type.bytes(weights.length));
                double write = Double.NaN;
                if (WRITTEN.contains(type)) {
                    write = best(() -> Blocks.encode(type, weights, 0, weights.length, stored, 0));
                } else {
                    byte[] bytes = GgmlBlocks.bytes(type);
                    for (long at = 0; at < stored.byteSize(); at += bytes.length) {
                        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, stored, at, bytes.length);
                    }
                }
                double read = best(() -> {
                    for (int r = 0; r < ROWS; r++) {
                        Blocks.decode(type, stored, (long) r * ROW, ROW, row, 0);
                    }
                });
                double gigabytes = 4e-9 * weights.length;
                System.out.printf(
                        Locale.ROOT,
                        "%-7s %7.4f bits   read %6.2f GB/s   write %s   error of normal numbers %s   of ggml's %s%n",
                        type,
                        8.0 * type.blockBytes() / type.blockElements(),
                        gigabytes / read,
                        Double.isNaN(write) ? "-" : String.format(Locale.ROOT, "%.1f MB/s", 1000 * gigabytes / write),
                        WRITTEN.contains(type) ? percent(BlocksErrorTest.relativeError(type, weights)) : "-",
                        type == DType.F32 ? "-" : percent(ofGgml(type)));
            }
        }
    }

    private static String percent(double x) {
        return String.format(Locale.ROOT, "%.4f %%", 100 * x);
    }

    /** RMS error over RMS of the numbers ggml wrote. */
    private static double ofGgml(DType type) {
        float[] source = GgmlBlocks.source();
        float[] read = GgmlBlocks.floats(type);
        double error = 0;
        double size = 0;
        for (int i = 0; i < source.length; i++) {
            error += ((double) source[i] - read[i]) * ((double) source[i] - read[i]);
            size += (double) source[i] * source[i];
        }
        return Math.sqrt(error / size);
    }

    /** The fastest run of two seconds, which leaves the compiler time to finish. */
    private static double best(Runnable work) {
        double best = Double.MAX_VALUE;
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 2_000_000_000L) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, 1e-9 * (System.nanoTime() - start));
        }
        return best;
    }
}
