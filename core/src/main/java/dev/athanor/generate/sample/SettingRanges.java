package dev.athanor.generate.sample;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What every setting may be; messages use the names that requests use. */
final class SettingRanges {
    /** llama.cpp cuts breakers after this many bytes; here a longer one is refused. */
    private static final int BREAKER_BYTES = 40;

    /** Every breaker costs one look at each token of the vocabulary. */
    private static final int BREAKERS = 64;

    private SettingRanges() {}

    static void number(String name, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    name + ": expected a number between " + plain(least) + " and " + plain(most) + ", found " + value);
        }
    }

    private static String plain(double value) {
        return value == (int) value ? Integer.toString((int) value) : Double.toString(value);
    }

    static void whole(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + ": expected a whole number between " + least + " and " + most + ", found " + value);
        }
    }

    static void breakers(List<String> texts) {
        if (texts.size() > BREAKERS) {
            throw new IllegalArgumentException(
                    "dry_sequence_breakers: expected at most " + BREAKERS + " texts, found " + texts.size());
        }
        for (String text : texts) {
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes < 1 || bytes > BREAKER_BYTES) {
                throw new IllegalArgumentException("dry_sequence_breakers: expected texts of 1 to " + BREAKER_BYTES
                        + " bytes, found one of " + bytes);
            }
        }
    }

    static void bias(Map<Integer, Double> bias) {
        for (Map.Entry<Integer, Double> e : bias.entrySet()) {
            double by = e.getValue();
            if (e.getKey() < 0) {
                throw new IllegalArgumentException("logit_bias: expected token ids from 0, found " + e.getKey());
            }
            if (!(by < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("logit_bias: expected a number, or -Infinity to forbid, for token "
                        + e.getKey() + ", found " + by);
            }
        }
    }

    static void order(List<String> names) {
        Set<SamplerName> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(SamplerName.of(name))) {
                throw new IllegalArgumentException("samplers: expected each name once, found " + name + " twice");
            }
        }
    }
}
