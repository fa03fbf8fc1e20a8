package dev.athanor.cli;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.train.AdamW;
import dev.athanor.train.Flops;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor bench train}: whole training steps, optimiser included, on random tokens. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Time whole training steps (zeroing, forward, backward, AdamW) on random tokens; the median after warming up.",
        footer = {
            "",
            "Operations are counted as 6 per matrix weight and token, and 12 * layers * width * context per token for attention.",
            "Example:  athanor bench train --shape gpt2-124m --batch 4 --context 64"
        })
final class BenchTrainCommand implements Callable<Integer> {
    /** Tokens of a step; far above what any machine trains at once, far below what overflows. */
    private static final long MOST_TOKENS = 1 << 22;

    @Option(names = "--shape", required = true, paramLabel = "NAME", description = "gpt2-124m, small-10m or nano-char.")
    private String shape = "";

    @Option(names = "--batch", required = true, paramLabel = "B", description = "Sequences per step.")
    private int batch;

    @Option(names = "--context", required = true, paramLabel = "T", description = "Tokens per sequence.")
    private int context;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "30",
            description = "How long to measure (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Mixin
    private final ExactMatmulOption matmul = new ExactMatmulOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.requireAtLeast("--batch", batch, 1);
        common.requireAtLeast("--context", context, 1);
        common.requireAbove0("--seconds", seconds);
        common.require("--batch times --context", (long) batch * context, 1, MOST_TOKENS);
        Parameters parameters = BenchModels.named(shape, context);
        try (Compute compute = Compute.create(common.threads(), matmul.choice())) {
            compute.requireForLearning();
            double peak = MachinePeak.measureFlops(compute);
            double ms = 1000 * median(parameters, compute);
            peak = Math.max(peak, MachinePeak.measureFlops(compute));
            double tokens = batch * context / ms * 1000;
            double flops = tokens * Flops.perToken(parameters.config(), context);
            if (common.json) {
                var node = Json.object();
                Json.put(node, "ms_per_step", ms);
                Json.put(node, "tokens_per_second", tokens);
                Json.put(node, "gflops", flops / 1e9);
                Json.put(node, "fma_peak_gflops", peak / 1e9);
                Json.put(node, "mfu", flops / peak);
                System.out.println(node);
            } else {
                System.out.printf(
                        Locale.ROOT,
                        "%s, batch %d, context %d: %.1f ms a step, %,.0f tokens/s, %.0f GFLOP/s, %s%n",
                        shape,
                        batch,
                        context,
                        ms,
                        tokens,
                        flops / 1e9,
                        Figures.share(flops, peak));
            }
        }
        return 0;
    }

    /** Median seconds of a step in the second half of the time: by then everything is compiled. */
    private double median(Parameters parameters, Compute compute) {
        Transformer model = new Transformer(parameters, compute);
        List<Tensor> gradients = parameters.list().stream()
                .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                .toList();
        AdamW adam = new AdamW(parameters.list(), new AdamW.Settings(1e-4, 0.9, 0.999, 1e-8, 0.1), compute);
        SplittableRandom random = new SplittableRandom(1);
        int[] tokens = random.ints(
                        (long) batch * context, 0, parameters.config().vocabularySize())
                .toArray();
        int[] targets = random.ints(
                        (long) batch * context, 0, parameters.config().vocabularySize())
                .toArray();
        double[] times = new double[100_000];
        int count = 0;
        long began = System.nanoTime();
        while (count < times.length && (count < 10 || System.nanoTime() - began < seconds * 1e9)) {
            long start = System.nanoTime();
            model.lossAndGradients(tokens, targets, batch, context, 1f / (batch * context), gradients, false, 0);
            adam.step(gradients, 1f, 1);
            times[count++] = (System.nanoTime() - start) / 1e9;
        }
        double[] late = Arrays.copyOfRange(times, count / 2, count);
        Arrays.sort(late);
        return late[late.length / 2];
    }
}
