package dev.athanor.generate.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerSettingsTest {
    private static String refusal(SamplerSettings.Builder b) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, b::build).getMessage());
    }

    private static SamplerSettings.Builder b() {
        return SamplerSettings.builder();
    }

    @Test
    void settingsOutOfRangeAreRefusedByTheNameThatRequestsUse() {
        assertEquals("top_k: expected a whole number between -1 and 2147483647, found -2", refusal(b().topK(-2)));
        assertEquals("min_p: expected a number between 0 and 1, found 1.5", refusal(b().minP(1.5)));
        assertEquals("adaptive_decay: expected a number between 0 and 0.99, found 1.0", refusal(b().adaptiveDecay(1)));
        Map<String, SamplerSettings.Builder> wrong = Map.ofEntries(
                Map.entry("temperature", b().temperature(Double.NaN)),
                Map.entry("dynatemp_range", b().dynatempRange(-1)),
                Map.entry("dynatemp_exponent", b().dynatempExponent(-1)),
                Map.entry("top_p", b().topP(-0.1)),
                Map.entry("typical_p", b().typicalP(2)),
                Map.entry("top_n_sigma", b().topNSigma(-2)),
                Map.entry("xtc_probability", b().xtcProbability(1.1)),
                Map.entry("xtc_threshold", b().xtcThreshold(-1)),
                Map.entry("repeat_last_n", b().repeatLastN(-2)),
                Map.entry("repeat_penalty", b().repeatPenalty(0)),
                Map.entry("presence_penalty", b().presencePenalty(101)),
                Map.entry("frequency_penalty", b().frequencyPenalty(Double.POSITIVE_INFINITY)),
                Map.entry("dry_multiplier", b().dryMultiplier(-1)),
                Map.entry("dry_base", b().dryBase(0.5)),
                Map.entry("dry_allowed_length", b().dryAllowedLength(-1)),
                Map.entry("dry_penalty_last_n", b().dryPenaltyLastN(-2)),
                Map.entry("dry_sequence_breakers", b().drySequenceBreakers(List.of(""))),
                Map.entry("mirostat", b().mirostat(3)),
                Map.entry("mirostat_tau", b().mirostatTau(-1)),
                Map.entry("mirostat_eta", b().mirostatEta(-1)),
                Map.entry("adaptive_target", b().adaptiveTarget(1.1)),
                Map.entry("logit_bias", b().logitBias(Map.of(1, Double.NaN))));
        wrong.forEach((name, builder) -> {
            String found = refusal(builder);
            assertEquals(name + ":", found.substring(0, found.indexOf(' ')), found);
        });
    }

    @Test
    void anOrderNamesKnownStepsOnce() {
        assertEquals(
                "samplers: expected names out of penalties, dry, top_n_sigma, top_k, typ_p, top_p, min_p, xtc, "
                        + "temperature, adaptive_p, found \"mirostat\"",
                refusal(b().order(List.of("top_k", "mirostat"))));
        assertEquals(
                "samplers: expected each name once, found top_k twice",
                refusal(b().order(List.of("top_k", "top_p", "top_k"))));
    }

    @Test
    void theBuilderStartsWithEverythingOffAndKeepsWhatItIsGiven() {
        SamplerSettings s = SamplerSettings.llamaCppDefaults();
        assertEquals(s, s.toBuilder().build());
        assertEquals(
                List.of(0.8, 40, 0.95, 0.05, 64),
                List.of(s.temperature(), s.topK(), s.topP(), s.minP(), s.repeatLastN()));
        assertEquals(
                List.of("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"),
                b().build().order());
    }
}
