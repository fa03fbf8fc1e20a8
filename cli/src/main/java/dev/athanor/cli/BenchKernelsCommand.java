package dev.athanor.cli;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor bench kernels}: matrix products as training asks for them. */
@Command(
        name = "kernels",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Time matrix products (nt: weights stored [out, in], as in a forward pass; nn, tn: as in a backward pass).")
final class BenchKernelsCommand implements Callable<Integer> {
    private static final int[][] SHAPES = {
        {1024, 1024, 1024}, {512, 2048, 8192}, {512, 8192, 2048}, {256, 3072, 768}, {256, 768, 3072}, {768, 512, 128}
    };

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "How long to measure each product (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.requireAbove0("--seconds", seconds);
        try (Compute compute = Compute.create(common.threads())) {
            double peak = MachinePeak.measureFlops(compute);
            var rows = Json.array();
            for (int[] s : SHAPES) {
                for (int kind = 0; kind < 3; kind++) {
                    boolean ta = kind == 2;
                    boolean tb = kind == 0;
                    double flops = measure(compute, s[0], s[1], s[2], ta, tb);
                    peak = Math.max(peak, MachinePeak.measureFlops(compute));
                    String name = "matmul-" + (ta ? "t" : "n") + (tb ? "t" : "n");
                    String shape = s[0] + "x" + s[1] + "x" + s[2];
                    if (!common.json) {
                        System.out.printf(
                                Locale.ROOT,
                                "%-10s %-15s %6.0f GFLOP/s, %s%n",
                                name,
                                shape,
                                flops / 1e9,
                                Figures.share(flops, peak));
                    }
                    var row = rows.addObject();
                    row.put("kernel", name);
                    row.put("shape", shape);
                    Json.put(row, "gflops", flops / 1e9);
                    Json.put(row, "fma_peak_gflops", peak / 1e9);
                    Json.put(row, "share", flops / peak);
                }
            }
            if (common.json) {
                System.out.println(rows);
            }
        }
        return 0;
    }

    private double measure(Compute compute, int m, int n, int k, boolean ta, boolean tb) {
        float[] a = random((long) m * k);
        float[] b = random((long) k * n);
        float[] c = new float[m * n];
        double[] times = new double[100_000];
        int count = 0;
        long began = System.nanoTime();
        while (count < times.length && (count < 10 || System.nanoTime() - began < seconds * 1e9)) {
            long start = System.nanoTime();
            compute.gemm().multiply(m, n, k, a, 0, ta ? m : k, ta, b, 0, tb ? k : n, tb, c, 0, n, false);
            times[count++] = (System.nanoTime() - start) / 1e9;
        }
        double[] late = Arrays.copyOfRange(times, count / 3, count);
        Arrays.sort(late);
        return 2.0 * m * n * k / late[late.length / 2];
    }

    private static float[] random(long size) {
        SplittableRandom random = new SplittableRandom(size);
        float[] x = new float[Math.toIntExact(size)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }
}
