package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.generate.Generation;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Sampling;
import dev.athanor.generate.speculate.SpeculationStats;
import dev.athanor.model.RunOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor generate}: continue a text. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Continue a text, streaming it as it is written.",
        footer = {
            "",
            "Filters work in this order: repetition penalty, top-k, top-p, min-p, temperature.",
            "With --json, finish_reason is eos (the model ended the text), stop, length or context (full).",
            "",
            "Examples:",
            "  athanor generate --model runs/quickstart --prompt \"The king\" --max-tokens 60",
            "  athanor generate --model runs/java --prompt \"public static int\" --temperature 0 --stop \"}\""
        })
final class GenerateCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "Text to continue.")
    private String prompt = "";

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "128",
            description = "Most new tokens (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.8",
            description = "0 takes the likeliest token every time (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Keep the K likeliest, 0 for all (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Keep the likeliest that reach P together (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description = "Keep those at least P times as likely as the likeliest (default: ${DEFAULT-VALUE}).")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            defaultValue = "1",
            description = "Above 1 makes recent tokens less likely (default: ${DEFAULT-VALUE}).")
    private double repetitionPenalty;

    @Option(
            names = "--repetition-window",
            paramLabel = "N",
            defaultValue = "64",
            description = "How many tokens count as recent (default: ${DEFAULT-VALUE}).")
    private int repetitionWindow;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "What draws follow from (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End where this text would come; may be given several times.")
    private final List<String> stop = new ArrayList<>();

    @Option(
            names = "--shift",
            description = "When the context is full, forget the oldest half and go on instead of ending.")
    private boolean shift;

    @Mixin
    private final MatmulOption matmul = new MatmulOption();

    @Mixin
    private final SpeculateOptions speculate = new SpeculateOptions();

    @Mixin
    private final WeightsOption weights = new WeightsOption();

    @Mixin
    private final KvOption kv = new KvOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        Sampling sampling = new Sampling(temperature, topK, topP, minP, repetitionPenalty, repetitionWindow, seed);
        try (SpeculateOptions.Asked guesses = speculate.open(common);
                LanguageModel m = model.openQuickly(
                        common,
                        new RunOptions(
                                common.threads(),
                                kv.type(common),
                                matmul.choice(),
                                weights.of(model.directory(), common)))) {
            GenerationRequest request = new GenerationRequest(prompt, maxTokens, sampling, stop, shift, guesses.way());
            if (common.json) {
                print(m.generate(request, piece -> true));
                return 0;
            }
            Generation g = stream(m, request);
            System.err.println(ended(g));
        }
        return 0;
    }

    /** Prints the prompt with the first piece, so that a refused prompt prints nothing. */
    private Generation stream(LanguageModel m, GenerationRequest request) {
        StringBuilder before = new StringBuilder(prompt);
        Generation g = m.generate(request, piece -> {
            System.out.print(before + piece);
            before.setLength(0);
            return !System.out.checkError(); // a closed pipe wants no more
        });
        System.out.println(before);
        return g;
    }

    private static void print(Generation g) {
        var node = Json.object();
        node.put("text", g.text());
        var ids = node.putArray("ids");
        for (int id : g.ids()) {
            ids.add(id);
        }
        node.put("finish_reason", g.finishReason().code());
        Json.put(node, "tokens_per_second", g.tokensPerSecond());
        g.speculation().ifPresent(s -> {
            node.put("drafted", s.drafted());
            node.put("accepted", s.accepted());
            Json.put(node, "tokens_per_pass", s.tokensPerPass());
        });
        System.out.println(node);
    }

    private static String guesses(SpeculationStats s) {
        return String.format(
                Locale.ROOT, ", %.2f a pass; %d of %d guesses right", s.tokensPerPass(), s.accepted(), s.drafted());
    }

    private static String ended(Generation g) {
        String why = switch (g.finishReason()) {
            case EOS -> "the model ended the text";
            case STOP -> "a stop text came";
            case CONTEXT -> "the context is full; --shift goes on by forgetting the oldest half";
            case LENGTH -> "--max-tokens are written";
            case CANCELLED -> "nobody reads on";
        };
        String shifted = g.shifts() == 0
                ? ""
                : "; the oldest half of the text was forgotten " + g.shifts() + (g.shifts() == 1 ? " time" : " times");
        return String.format(
                Locale.ROOT,
                "[%d tokens, %.0f a second%s; ended because %s%s]",
                g.ids().length,
                g.tokensPerSecond(),
                g.speculation().map(GenerateCommand::guesses).orElse(""),
                why,
                shifted);
    }
}
