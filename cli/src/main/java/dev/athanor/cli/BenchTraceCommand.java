package dev.athanor.cli;

import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Microscope;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor bench trace}: a pass that writes every hook down, beside a pass that nobody looks at. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Time a forward pass with every hook of every layer recorded, beside a plain one; the two in turn, so "
                        + "that other work on the machine slows both.")
final class BenchTraceCommand implements Callable<Integer> {
    private static final int MOST_TOKENS = 4096;

    @Option(
            names = "--shape",
            defaultValue = "gpt2-124m",
            paramLabel = "NAME",
            description = "gpt2-124m, small-10m or nano-char (default: ${DEFAULT-VALUE}).")
    private String shape = "gpt2-124m";

    @Option(
            names = "--tokens",
            defaultValue = "256",
            paramLabel = "T",
            description = "Tokens of the text (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--rounds",
            defaultValue = "20",
            paramLabel = "N",
            description = "Pairs of passes; the first half warms up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.require("--tokens", tokens, 1, MOST_TOKENS);
        common.requireAtLeast("--rounds", rounds, 2);
        Parameters parameters = BenchModels.named(shape, tokens);
        try (Compute compute = Compute.create(common.threads())) {
            Microscope microscope = new Microscope(new Transformer(parameters, compute));
            int[] text = new SplittableRandom(1)
                    .ints(tokens, 0, parameters.config().vocabularySize())
                    .toArray();
            double[] plain = new double[rounds];
            double[] traced = new double[rounds];
            int hooks = 0;
            for (int round = 0; round < rounds; round++) {
                plain[round] = seconds(() -> microscope.record(text, hook -> false));
                traced[round] = seconds(() -> microscope.record(text, hook -> true));
                hooks = round == 0
                        ? microscope.record(text, hook -> true).hooks().size()
                        : hooks;
            }
            print(hooks, late(plain, traced));
        }
        return 0;
    }

    /**
     * @param plain median seconds
     * @param traced median seconds
     * @param ratio median of the pairs' ratios
     */
    private record Times(double plain, double traced, double ratio) {}

    private static Times late(double[] plain, double[] traced) {
        int from = plain.length / 2;
        double[] ratios = new double[plain.length];
        Arrays.setAll(ratios, i -> traced[i] / plain[i]);
        return new Times(median(plain, from), median(traced, from), median(ratios, from));
    }

    private static double median(double[] all, int from) {
        double[] late = Arrays.copyOfRange(all, from, all.length);
        Arrays.sort(late);
        return late[late.length / 2];
    }

    private static double seconds(Runnable pass) {
        long start = System.nanoTime();
        pass.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private void print(int hooks, Times times) {
        if (common.json) {
            var node = Json.object();
            node.put("hooks", hooks);
            Json.put(node, "plain_ms", 1000 * times.plain);
            Json.put(node, "traced_ms", 1000 * times.traced);
            Json.put(node, "ratio", times.ratio);
            System.out.println(node);
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%s, %d tokens: %.0f ms plain, %.0f ms with %d hooks recorded, %.2f times%n",
                shape,
                tokens,
                1000 * times.plain,
                1000 * times.traced,
                hooks,
                times.ratio);
    }
}
