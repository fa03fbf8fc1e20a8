package dev.athanor.cli;

import dev.athanor.generate.sample.SamplerSettings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How answers are drawn; what is not typed is the model's own way. */
final class ChatOptions {
    private static final List<String> NAMES =
            List.of("--temperature", "--top-p", "--top-k", "--min-p", "--repeat-penalty");

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 takes the likeliest token every time (default: the model's own, else 0.7).")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Keep the likeliest that reach P together (default: the model's own, else 0.95).")
    private double topP;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Keep the K likeliest, 0 for all (default: the model's own, else 0).")
    private int topK;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Keep those at least P times as likely as the likeliest (default: the model's own, else 0).")
    private double minP;

    @Option(
            names = "--repeat-penalty",
            paramLabel = "R",
            description = "Above 1 makes recent tokens less likely (default: the model's own, else 1).")
    private double repeatPenalty;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most tokens of an answer, 0 for as many as fit the context (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "What draws follow from (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End an answer where this text would come; may be given several times.")
    private final List<String> stop = new ArrayList<>();

    /** What was typed, over {@code defaults}. */
    ChatSettings settings(Common common, ChatDefaults defaults) {
        common.requireAtLeast("--max-tokens", maxTokens, 0);
        if (stop.contains("")) {
            throw common.usage("--stop: expected texts that are not empty, found an empty one");
        }
        SamplerSettings.Builder builder = defaults.sampling().toBuilder().seed(seed);
        if (common.given("--temperature")) {
            builder.temperature(temperature);
        }
        if (common.given("--top-p")) {
            builder.topP(topP);
        }
        if (common.given("--top-k")) {
            builder.topK(topK);
        }
        if (common.given("--min-p")) {
            builder.minP(minP);
        }
        if (common.given("--repeat-penalty")) {
            builder.repeatPenalty(repeatPenalty);
        }
        return new ChatSettings(builder.build(), maxTokens, stop);
    }

    /** Where the settings come from, for people. */
    String origin(Common common, ChatDefaults defaults) {
        List<String> typed = NAMES.stream().filter(common::given).toList();
        return typed.isEmpty() ? defaults.origin() : String.join(", ", typed) + " typed, else " + defaults.origin();
    }
}
