package dev.athanor.generate.sample;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the next token is chosen: the parameters of llama.cpp's samplers, under Java names. docs/samplers.md lists ranges
 * and defaults.
 *
 * @param temperature divides the scores; 0 always takes the likeliest
 * @param dynatempRange the temperature moves this far around {@code temperature}, by the entropy; 0 for off
 * @param dynatempExponent how the entropy, as a share of the largest possible, maps to that range
 * @param topK keep the k likeliest; 0 or -1 for all
 * @param topP keep the likeliest that together reach this probability (arXiv:1904.09751); 1 for all
 * @param minP keep tokens at least this share as likely as the likeliest (arXiv:2407.01082); 0 for all
 * @param typicalP keep the tokens whose surprise is nearest to the entropy (arXiv:2202.00666); 1 for all
 * @param topNSigma keep scores within this many standard deviations of the best (arXiv:2411.07641); 0 or less for all
 * @param xtcProbability how often all likely tokens but the least likely of them are taken out; 0 for never
 * @param xtcThreshold the probability from which that step calls a token likely; above 0.5 for never
 * @param repeatLastN how many recent tokens the three penalties count; -1 for all, 0 for none
 * @param repeatPenalty divides positive and multiplies other scores of recent tokens (arXiv:1909.05858); 1 for off
 * @param presencePenalty taken off the score of a recent token
 * @param frequencyPenalty taken off the score of a recent token, once for each time it occurs
 * @param dryMultiplier how much is taken off a token that would continue a repetition; 0 for off
 * @param dryBase by what factor that grows with each token more of the repetition
 * @param dryAllowedLength the longest repetition that costs nothing to continue, less one
 * @param dryPenaltyLastN how many recent tokens are searched for repetitions; -1 for all, 0 for off
 * @param drySequenceBreakers texts across which no repetition counts
 * @param mirostat 1 or 2 keeps the surprise near a target (arXiv:2007.14966) in place of the order; 0 for off
 * @param mirostatTau that target, in bits a token
 * @param mirostatEta how fast the cut follows the surprise
 * @param adaptiveTarget the probability near which adaptive_p chooses; negative for off
 * @param adaptiveDecay how much of the past each choice of adaptive_p remembers
 * @param logitBias added to the scores of tokens first of all; -Infinity forbids a token
 * @param order the steps, first to last
 * @param seed what draws follow from
 */
public record SamplerSettings(
        double temperature,
        double dynatempRange,
        double dynatempExponent,
        int topK,
        double topP,
        double minP,
        double typicalP,
        double topNSigma,
        double xtcProbability,
        double xtcThreshold,
        int repeatLastN,
        double repeatPenalty,
        double presencePenalty,
        double frequencyPenalty,
        double dryMultiplier,
        double dryBase,
        int dryAllowedLength,
        int dryPenaltyLastN,
        List<String> drySequenceBreakers,
        int mirostat,
        double mirostatTau,
        double mirostatEta,
        double adaptiveTarget,
        double adaptiveDecay,
        Map<Integer, Double> logitBias,
        List<String> order,
        long seed) {
    /**
     * @throws IllegalArgumentException where a value is out of range, or the order names an unknown step or one twice
     */
    public SamplerSettings {
        SettingRanges.number("temperature", temperature, 0, 100);
        SettingRanges.number("dynatemp_range", dynatempRange, 0, 100);
        SettingRanges.number("dynatemp_exponent", dynatempExponent, 0, 100);
        SettingRanges.whole("top_k", topK, -1, Integer.MAX_VALUE);
        SettingRanges.number("top_p", topP, 0, 1);
        SettingRanges.number("min_p", minP, 0, 1);
        SettingRanges.number("typical_p", typicalP, 0, 1);
        SettingRanges.number("top_n_sigma", topNSigma, -1, 100);
        SettingRanges.number("xtc_probability", xtcProbability, 0, 1);
        SettingRanges.number("xtc_threshold", xtcThreshold, 0, 1);
        SettingRanges.whole("repeat_last_n", repeatLastN, -1, Integer.MAX_VALUE);
        SettingRanges.number("repeat_penalty", repeatPenalty, 0.01, 100);
        SettingRanges.number("presence_penalty", presencePenalty, -100, 100);
        SettingRanges.number("frequency_penalty", frequencyPenalty, -100, 100);
        SettingRanges.number("dry_multiplier", dryMultiplier, 0, 100);
        SettingRanges.number("dry_base", dryBase, 1, 100);
        SettingRanges.whole("dry_allowed_length", dryAllowedLength, 0, Integer.MAX_VALUE);
        SettingRanges.whole("dry_penalty_last_n", dryPenaltyLastN, -1, Integer.MAX_VALUE);
        SettingRanges.breakers(drySequenceBreakers);
        SettingRanges.whole("mirostat", mirostat, 0, 2);
        SettingRanges.number("mirostat_tau", mirostatTau, 0, 100);
        SettingRanges.number("mirostat_eta", mirostatEta, 0, 10);
        SettingRanges.number("adaptive_target", adaptiveTarget, -1, 1);
        SettingRanges.number("adaptive_decay", adaptiveDecay, 0, 0.99);
        SettingRanges.bias(logitBias);
        SettingRanges.order(order);
        drySequenceBreakers = List.copyOf(drySequenceBreakers);
        logitBias = Collections.unmodifiableMap(new TreeMap<>(logitBias));
        order = List.copyOf(order);
    }

    /** Every step off: draws from the model's own distribution. */
    public static Builder builder() {
        return new Builder();
    }

    /** What llama.cpp's server does when a request says nothing, but with seed 0 where that draws one. */
    public static SamplerSettings llamaCppDefaults() {
        return builder().temperature(0.8).topK(40).topP(0.95).minP(0.05).build();
    }

    /** The names that an order can hold, in the order that llama.cpp runs them. */
    public static List<String> samplers() {
        return SamplerName.known();
    }

    /** These settings, to be changed. */
    public Builder toBuilder() {
        return new Builder()
                .temperature(temperature)
                .dynatempRange(dynatempRange)
                .dynatempExponent(dynatempExponent)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .typicalP(typicalP)
                .topNSigma(topNSigma)
                .xtcProbability(xtcProbability)
                .xtcThreshold(xtcThreshold)
                .repeatLastN(repeatLastN)
                .repeatPenalty(repeatPenalty)
                .presencePenalty(presencePenalty)
                .frequencyPenalty(frequencyPenalty)
                .dryMultiplier(dryMultiplier)
                .dryBase(dryBase)
                .dryAllowedLength(dryAllowedLength)
                .dryPenaltyLastN(dryPenaltyLastN)
                .drySequenceBreakers(drySequenceBreakers)
                .mirostat(mirostat)
                .mirostatTau(mirostatTau)
                .mirostatEta(mirostatEta)
                .adaptiveTarget(adaptiveTarget)
                .adaptiveDecay(adaptiveDecay)
                .logitBias(logitBias)
                .order(order)
                .seed(seed);
    }

    /** Collects settings; what is not named is off. */
    public static final class Builder {
        private double temperature = 1;
        private double dynatempRange = 0;
        private double dynatempExponent = 1;
        private int topK = 0;
        private double topP = 1;
        private double minP = 0;
        private double typicalP = 1;
        private double topNSigma = -1;
        private double xtcProbability = 0;
        private double xtcThreshold = 0.1;
        private int repeatLastN = 64;
        private double repeatPenalty = 1;
        private double presencePenalty = 0;
        private double frequencyPenalty = 0;
        private double dryMultiplier = 0;
        private double dryBase = 1.75;
        private int dryAllowedLength = 2;
        private int dryPenaltyLastN = -1;
        private List<String> drySequenceBreakers = List.of("\n", ":", "\"", "*");
        private int mirostat = 0;
        private double mirostatTau = 5;
        private double mirostatEta = 0.1;
        private double adaptiveTarget = -1;
        private double adaptiveDecay = 0.9;
        private Map<Integer, Double> logitBias = Map.of();
        private List<String> order = SamplerName.usual();
        private long seed = 0;

        private Builder() {}

        public Builder temperature(double value) {
            this.temperature = value;
            return this;
        }

        public Builder dynatempRange(double value) {
            this.dynatempRange = value;
            return this;
        }

        public Builder dynatempExponent(double value) {
            this.dynatempExponent = value;
            return this;
        }

        public Builder topK(int value) {
            this.topK = value;
            return this;
        }

        public Builder topP(double value) {
            this.topP = value;
            return this;
        }

        public Builder minP(double value) {
            this.minP = value;
            return this;
        }

        public Builder typicalP(double value) {
            this.typicalP = value;
            return this;
        }

        public Builder topNSigma(double value) {
            this.topNSigma = value;
            return this;
        }

        public Builder xtcProbability(double value) {
            this.xtcProbability = value;
            return this;
        }

        public Builder xtcThreshold(double value) {
            this.xtcThreshold = value;
            return this;
        }

        public Builder repeatLastN(int value) {
            this.repeatLastN = value;
            return this;
        }

        public Builder repeatPenalty(double value) {
            this.repeatPenalty = value;
            return this;
        }

        public Builder presencePenalty(double value) {
            this.presencePenalty = value;
            return this;
        }

        public Builder frequencyPenalty(double value) {
            this.frequencyPenalty = value;
            return this;
        }

        public Builder dryMultiplier(double value) {
            this.dryMultiplier = value;
            return this;
        }

        public Builder dryBase(double value) {
            this.dryBase = value;
            return this;
        }

        public Builder dryAllowedLength(int value) {
            this.dryAllowedLength = value;
            return this;
        }

        public Builder dryPenaltyLastN(int value) {
            this.dryPenaltyLastN = value;
            return this;
        }

        public Builder drySequenceBreakers(List<String> value) {
            this.drySequenceBreakers = value;
            return this;
        }

        public Builder mirostat(int value) {
            this.mirostat = value;
            return this;
        }

        public Builder mirostatTau(double value) {
            this.mirostatTau = value;
            return this;
        }

        public Builder mirostatEta(double value) {
            this.mirostatEta = value;
            return this;
        }

        public Builder adaptiveTarget(double value) {
            this.adaptiveTarget = value;
            return this;
        }

        public Builder adaptiveDecay(double value) {
            this.adaptiveDecay = value;
            return this;
        }

        public Builder logitBias(Map<Integer, Double> value) {
            this.logitBias = value;
            return this;
        }

        public Builder order(List<String> value) {
            this.order = value;
            return this;
        }

        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        /** @throws IllegalArgumentException as the record does */
        public SamplerSettings build() {
            return new SamplerSettings(
                    temperature,
                    dynatempRange,
                    dynatempExponent,
                    topK,
                    topP,
                    minP,
                    typicalP,
                    topNSigma,
                    xtcProbability,
                    xtcThreshold,
                    repeatLastN,
                    repeatPenalty,
                    presencePenalty,
                    frequencyPenalty,
                    dryMultiplier,
                    dryBase,
                    dryAllowedLength,
                    dryPenaltyLastN,
                    drySequenceBreakers,
                    mirostat,
                    mirostatTau,
                    mirostatEta,
                    adaptiveTarget,
                    adaptiveDecay,
                    logitBias,
                    order,
                    seed);
        }
    }
}
