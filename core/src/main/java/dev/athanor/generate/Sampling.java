package dev.athanor.generate;

/**
 * How the next token is chosen. The order is llama.cpp's: repetition penalty, top-k, top-p, min-p, temperature.
 *
 * @param temperature 0 takes the likeliest token; 1 draws from the model's own distribution
 * @param topK keep the k likeliest, 0 for all
 * @param topP keep the likeliest that together reach this probability, 1 for all
 * @param minP keep tokens at least this share as likely as the likeliest, 0 for all
 * @param repetitionPenalty divides positive and multiplies negative logits of recent tokens (CTRL, arXiv:1909.05858); 1
 *     for none
 * @param repetitionWindow how many recent tokens count
 * @param seed what draws follow from
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        int repetitionWindow,
        long seed) {
    public Sampling {
        range("temperature", temperature, 0, 100);
        range("top-k", topK, 0, Integer.MAX_VALUE);
        range("top-p", topP, 0, 1);
        range("min-p", minP, 0, 1);
        range("repetition penalty", repetitionPenalty, 0.01, 100);
        range("repetition window", repetitionWindow, 0, Integer.MAX_VALUE);
    }

    private static void range(String name, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    name + ": expected between " + least + " and " + most + ", found " + value);
        }
    }

    /** The same with other chances. */
    public Sampling withSeed(long other) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, repetitionWindow, other);
    }

    /** Always the likeliest token. */
    public static Sampling greedy() {
        return new Sampling(0, 0, 1, 0, 1, 64, 0);
    }

    /** Draws from the whole distribution at {@code temperature}. */
    public static Sampling of(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, 0, 1, 64, seed);
    }
}
