package dev.athanor.cli;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor bench run}: reading a prompt and writing token by token with a stored model, as llama-bench does. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Time a stored model as llama-bench does: reading a prompt (prefill) and writing one token after another "
                        + "(decode), each from an empty cache, with random tokens; medians after warming up.",
        footer = {
            "",
            "A token that is written reads all weights once: decoding stands beside the memory's bandwidth.",
            "Example:  athanor bench run --model llama-1.1b-q8_0.gguf --prefill 512 --decode 128"
        })
final class BenchRunCommand implements Callable<Integer> {
    private static final int MOST_TOKENS = 1 << 20;
    private static final int MOST_ROUNDS = 1000;

    /** Passes before those that count: by then the compiler has finished. */
    private static final int WARM_UP = 2;

    private static final long SEED = 1;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--prefill",
            defaultValue = "512",
            paramLabel = "N",
            description = "Tokens of the prompt (default: ${DEFAULT-VALUE}).")
    private int prefill;

    @Option(
            names = "--decode",
            defaultValue = "128",
            paramLabel = "N",
            description = "Tokens written one by one (default: ${DEFAULT-VALUE}).")
    private int decode;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            paramLabel = "N",
            description = "Passes of each kind of which the median counts, after " + WARM_UP
                    + " to warm up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--matmul",
            defaultValue = MatrixProducts.VECTOR,
            paramLabel = "NAME",
            description = "What multiplies matrices: vector or onednn (default: ${DEFAULT-VALUE}).")
    private String matmul = MatrixProducts.VECTOR;

    @Mixin
    private final WeightsOption weights = new WeightsOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.require("--prefill", prefill, 1, MOST_TOKENS);
        common.require("--decode", decode, 1, MOST_TOKENS);
        common.require("--rounds", rounds, 1, MOST_ROUNDS);
        try (MatrixProducts products = MatrixProducts.named(matmul, common.threads());
                OpenModel opened = ModelFiles.open(model.directory(), weights.of(model.directory(), common))) {
            opened.notes().forEach(note -> System.err.println("athanor: " + note));
            requireContext(opened);
            print(measure(opened, products), products.name());
        }
        return 0;
    }

    private void requireContext(OpenModel opened) {
        int context = opened.config().contextLength();
        common.require("--prefill", prefill, 1, context);
        common.require("--decode", decode, 1, context);
    }

    /**
     * @param format type of most weights
     * @param prefill tokens per second
     * @param decode tokens per second
     * @param read bytes of weights per second while decoding
     * @param bandwidth bytes per second this memory gives
     * @param flops operations per second this machine does in F32, 0 where not known
     */
    private record Speeds(String format, double prefill, double decode, double read, double bandwidth, double flops) {}

    private Speeds measure(OpenModel opened, MatrixProducts products) {
        Compute compute = products.compute();
        Transformer transformer = new Transformer(opened.parameters(), compute);
        KvCache cache = transformer.newCache(Math.max(prefill, decode));
        int[] tokens = new SplittableRandom(SEED)
                .ints(cache.capacity(), 0, opened.config().vocabularySize())
                .toArray();
        int[] prompt = Arrays.copyOf(tokens, prefill);
        double reading = median(() -> {
            cache.truncate(0);
            transformer.nextLogits(prompt, cache);
        });
        float[] logits = new float[opened.config().vocabularySize()];
        double flops = MachinePeak.measureFlops(compute);
        // Before and behind what it is the limit of, since other work on the machine takes bandwidth by the minute.
        double bandwidth = MachinePeak.measureBandwidth(compute);
        double writing = median(() -> {
            cache.truncate(0);
            for (int i = 0; i < decode; i++) {
                transformer.nextLogits(tokens[i], cache, logits);
            }
        });
        bandwidth = Math.max(bandwidth, MachinePeak.measureBandwidth(compute));
        WeightTraffic traffic = WeightTraffic.of(opened.parameters());
        double perSecond = decode / writing;
        return new Speeds(
                traffic.main().name(), prefill / reading, perSecond, traffic.bytes() * perSecond, bandwidth, flops);
    }

    /** Seconds of a pass, those that warm up left out. */
    private double median(Runnable pass) {
        double[] times = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            long start = System.nanoTime();
            pass.run();
            if (round >= 0) {
                times[round] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(times);
        return times[rounds / 2];
    }

    private void print(Speeds f, String products) {
        if (common.json) {
            var node = Json.object();
            node.put("format", f.format);
            Json.put(node, "prefill_tokens_per_second", f.prefill);
            Json.put(node, "decode_tokens_per_second", f.decode);
            Json.put(node, "memory_gb_per_second", f.read / 1e9);
            Json.put(node, "memory_peak_gb_per_second", f.bandwidth / 1e9);
            node.put("matmul", products);
            System.out.println(node);
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "format  matmul   threads  prefill %-5d  decode %-5d   reading   memory peak    FMA peak%n",
                prefill,
                decode);
        System.out.printf(
                Locale.ROOT,
                "%-7s %-7s  %7d  %7.1f tok/s  %6.1f tok/s  %5.1f GB/s    %5.1f GB/s  %4.0f GFLOP/s%n",
                f.format,
                products,
                common.threads(),
                f.prefill,
                f.decode,
                f.read / 1e9,
                f.bandwidth / 1e9,
                f.flops / 1e9);
    }
}
