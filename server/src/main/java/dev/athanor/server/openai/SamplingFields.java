package dev.athanor.server.openai;

import dev.athanor.generate.sample.SamplerSettings;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** How tokens are chosen, by the names OpenAI and llama.cpp give; docs/samplers.md says what each does. */
final class SamplingFields {
    private static final int MOST_BIASES = 1024;
    private static final int MOST_BREAKERS = 32;
    private static final SecureRandom SEEDS = new SecureRandom();

    private SamplingFields() {}

    static SamplerSettings read(Fields f, int vocabulary) {
        SamplerSettings.Builder b = SamplerSettings.builder();
        b.temperature(f.number("temperature", 1, 0, 2));
        b.topP(f.number("top_p", 1, 0, 1));
        b.presencePenalty(f.number("presence_penalty", 0, -2, 2));
        b.frequencyPenalty(f.number("frequency_penalty", 0, -2, 2));
        b.seed(f.wholeLong("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElseGet(SEEDS::nextLong));
        SamplerSettings usual = b.build();
        b.topK(f.whole("top_k", -1, Integer.MAX_VALUE).orElse(usual.topK()));
        b.minP(f.number("min_p", usual.minP(), 0, 1));
        b.typicalP(f.number("typical_p", usual.typicalP(), 0, 1));
        b.topNSigma(f.number("top_n_sigma", usual.topNSigma(), -1, 100));
        b.xtcProbability(f.number("xtc_probability", usual.xtcProbability(), 0, 1));
        b.xtcThreshold(f.number("xtc_threshold", usual.xtcThreshold(), 0, 1));
        b.dynatempRange(f.number("dynatemp_range", usual.dynatempRange(), 0, 2));
        b.dynatempExponent(f.number("dynatemp_exponent", usual.dynatempExponent(), 0, 100));
        b.repeatLastN(f.whole("repeat_last_n", -1, Integer.MAX_VALUE).orElse(usual.repeatLastN()));
        b.repeatPenalty(f.number("repeat_penalty", usual.repeatPenalty(), 0.01, 100));
        b.dryMultiplier(f.number("dry_multiplier", usual.dryMultiplier(), 0, 100));
        b.dryBase(f.number("dry_base", usual.dryBase(), 1, 100));
        b.dryAllowedLength(f.whole("dry_allowed_length", 0, Integer.MAX_VALUE).orElse(usual.dryAllowedLength()));
        b.dryPenaltyLastN(f.whole("dry_penalty_last_n", -1, Integer.MAX_VALUE).orElse(usual.dryPenaltyLastN()));
        if (f.find("dry_sequence_breakers").isPresent()) {
            b.drySequenceBreakers(f.texts("dry_sequence_breakers", MOST_BREAKERS, 40));
        }
        b.mirostat(f.whole("mirostat", 0, 2).orElse(usual.mirostat()));
        b.mirostatTau(f.number("mirostat_tau", usual.mirostatTau(), 0, 100));
        b.mirostatEta(f.number("mirostat_eta", usual.mirostatEta(), 0, 1));
        b.adaptiveTarget(f.number("adaptive_target", usual.adaptiveTarget(), -1, 1));
        b.adaptiveDecay(f.number("adaptive_decay", usual.adaptiveDecay(), 0, 0.99));
        if (f.find("samplers").isPresent()) {
            b.order(f.texts("samplers", 32, 40));
        }
        b.logitBias(bias(f, vocabulary));
        return b.build();
    }

    /** As OpenAI's object or llama.cpp's list of pairs; {@code false} forbids a token. */
    private static Map<Integer, Double> bias(Fields f, int vocabulary) {
        Optional<JsonNode> found = f.find("logit_bias");
        Map<Integer, Double> biases = new LinkedHashMap<>();
        if (found.isEmpty()) {
            return biases;
        }
        if (found.get().size() > MOST_BIASES) {
            throw f.problem(
                    "logit_bias",
                    "expected at most " + MOST_BIASES + " tokens, found "
                            + found.get().size());
        }
        if (found.get().isObject()) {
            found.get().properties().forEach(e -> biases.put(id(f, e.getKey(), vocabulary), bias(f, e.getValue())));
        } else if (found.get().isArray()) {
            for (JsonNode pair : found.get()) {
                if (pair.size() != 2) {
                    throw f.problem("logit_bias", "expected pairs of a token and a number, found another");
                }
                biases.put(id(f, pair.get(0).asString(""), vocabulary), bias(f, pair.get(1)));
            }
        } else {
            throw f.problem("logit_bias", "expected an object, found " + Fields.kind(found.get()));
        }
        return biases;
    }

    private static int id(Fields f, String found, int vocabulary) {
        try {
            int id = Integer.parseInt(found);
            if (id >= 0 && id < vocabulary) {
                return id;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw f.problem("logit_bias", "expected token ids from 0 to " + (vocabulary - 1) + ", found another");
    }

    private static double bias(Fields f, JsonNode found) {
        if (found.isBoolean() && !found.booleanValue()) {
            return Double.NEGATIVE_INFINITY;
        }
        double value = found.isNumber() ? found.doubleValue() : Double.NaN;
        if (!(value >= -100 && value <= 100)) {
            throw f.problem("logit_bias", "expected numbers from -100 to 100 or false, found " + Fields.kind(found));
        }
        return value == -100 ? Double.NEGATIVE_INFINITY : value; // as OpenAI promises
    }
}
