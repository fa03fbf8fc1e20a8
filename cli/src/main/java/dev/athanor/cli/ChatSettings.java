package dev.athanor.cli;

import dev.athanor.generate.sample.SamplerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How answers are written.
 *
 * @param maxTokens most tokens of an answer; 0 for as many as fit the context
 * @param stop texts that end an answer
 */
record ChatSettings(SamplerSettings sampling, int maxTokens, List<String> stop) {
    /** What {@code /set} knows. */
    static final List<String> NAMES = List.of(
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "typical_p",
            "repeat_penalty",
            "repeat_last_n",
            "presence_penalty",
            "frequency_penalty",
            "max_tokens",
            "seed");

    ChatSettings {
        stop = List.copyOf(stop);
        if (maxTokens < 0) {
            throw new IllegalArgumentException("max_tokens: expected at least 0, found " + maxTokens);
        }
    }

    /**
     * With one value changed.
     *
     * @param name with - or _
     * @throws IllegalArgumentException for an unknown name or a value it cannot have
     */
    ChatSettings with(String name, String value) {
        String known = name.toLowerCase(Locale.ROOT).replace('-', '_');
        SamplerSettings.Builder builder = sampling.toBuilder();
        switch (known) {
            case "temperature" -> builder.temperature(number(known, value));
            case "top_p" -> builder.topP(number(known, value));
            case "top_k" -> builder.topK(whole(known, value));
            case "min_p" -> builder.minP(number(known, value));
            case "typical_p" -> builder.typicalP(number(known, value));
            case "repeat_penalty" -> builder.repeatPenalty(number(known, value));
            case "repeat_last_n" -> builder.repeatLastN(whole(known, value));
            case "presence_penalty" -> builder.presencePenalty(number(known, value));
            case "frequency_penalty" -> builder.frequencyPenalty(number(known, value));
            case "seed" -> builder.seed(seed(value));
            case "max_tokens" -> {
                return new ChatSettings(sampling, whole(known, value), stop);
            }
            default ->
                throw new IllegalArgumentException("/set: expected one of " + String.join(", ", NAMES) + ", found "
                        + Visible.line(name) + Nearest.hint(known, NAMES));
        }
        return new ChatSettings(builder.build(), maxTokens, stop);
    }

    ChatSettings withNextSeed() {
        return new ChatSettings(sampling.toBuilder().seed(sampling.seed() + 1).build(), maxTokens, stop);
    }

    /** One line for people: what is on. */
    String line() {
        List<String> parts = new ArrayList<>(List.of("temperature " + plain(sampling.temperature())));
        add(parts, "top_p", sampling.topP(), 1);
        add(parts, "top_k", Math.max(0, sampling.topK()), 0);
        add(parts, "min_p", sampling.minP(), 0);
        add(parts, "typical_p", sampling.typicalP(), 1);
        add(parts, "repeat_penalty", sampling.repeatPenalty(), 1);
        add(parts, "presence_penalty", sampling.presencePenalty(), 0);
        add(parts, "frequency_penalty", sampling.frequencyPenalty(), 0);
        add(parts, "max_tokens", maxTokens, 0);
        parts.add("seed " + sampling.seed());
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, String name, double value, double off) {
        if (value != off) {
            parts.add(name + " " + plain(value));
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static double number(String name, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": expected a number, found " + Visible.line(value), e);
        }
    }

    private static int whole(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": expected a whole number, found " + Visible.line(value), e);
        }
    }

    private static long seed(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("seed: expected a whole number, found " + Visible.line(value), e);
        }
    }
}
