package dev.athanor.cli;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.model.KvCache;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.Transformer;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor bench generate}: one token at a time, beside what memory bandwidth allows. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Time generation of single tokens; every token reads all weights once, so memory bandwidth is the limit.")
final class BenchGenerateCommand implements Callable<Integer> {
    private static final int MOST_TOKENS = 1 << 16;

    /** The last one is measured; those before it let the compiler finish. */
    private static final int ROUNDS = 3;

    @Option(
            names = "--shape",
            defaultValue = "gpt2-124m",
            paramLabel = "NAME",
            description = "gpt2-124m, small-10m or nano-char (default: ${DEFAULT-VALUE}).")
    private String shape = "gpt2-124m";

    @Option(
            names = "--tokens",
            defaultValue = "128",
            paramLabel = "N",
            description = "Tokens to generate (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.require("--tokens", tokens, 2, MOST_TOKENS);
        Parameters parameters = BenchModels.named(shape, tokens);
        try (Compute compute = Compute.create(common.threads())) {
            Transformer model = new Transformer(parameters, compute);
            KvCache cache = model.newCache(tokens);
            float[] logits = new float[model.config().vocabularySize()];
            double[] times = new double[tokens];
            double before = 0;
            for (int round = 0; round < ROUNDS; round++) {
                // Beside the round, since other work on the machine takes bandwidth from minute to minute.
                before = MachinePeak.measureBandwidth(compute);
                cache.truncate(0);
                for (int i = 0; i < tokens; i++) {
                    long start = System.nanoTime();
                    model.nextLogits(i % 50, cache, logits);
                    times[i] = (System.nanoTime() - start) / 1e9;
                }
            }
            Arrays.sort(times);
            double seconds = times[tokens / 2];
            double bandwidth = Math.max(before, MachinePeak.measureBandwidth(compute));
            double bytes = 4.0 * (parameters.count() - lookUps(parameters));
            if (common.json) {
                var node = Json.object();
                Json.put(node, "tokens_per_second", 1 / seconds);
                Json.put(node, "memory_gb_per_second", bytes / seconds / 1e9);
                Json.put(node, "memory_peak_gb_per_second", bandwidth / 1e9);
                Json.put(node, "share", bytes / seconds / bandwidth);
                System.out.println(node);
            } else {
                System.out.printf(
                        Locale.ROOT,
                        "%s: %.1f tokens/s, reading %.1f of %.1f GB/s, %.0f %%%n",
                        shape,
                        1 / seconds,
                        bytes / seconds / 1e9,
                        bandwidth / 1e9,
                        100 * bytes / seconds / bandwidth);
            }
        }
        return 0;
    }

    /** Numbers of tables of which a token reads one row. */
    private static long lookUps(Parameters parameters) {
        return parameters.list().stream()
                .filter(p -> p.spec().role() == TensorSpec.Role.POSITION_EMBEDDING
                        || (p.spec().role() == TensorSpec.Role.TOKEN_EMBEDDING
                                && !parameters.config().tiedHead()))
                .mapToLong(p -> p.spec().shape().elements())
                .sum();
    }
}
