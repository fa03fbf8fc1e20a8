package dev.athanor.generate.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Distributions that the libllama of llama.cpp v0.5.0 gave for 150 chains, against those of this chain. */
class LlamaCppChainsTest {
    private record Case(Map<String, String> lines) {
        String line(String key) {
            return lines.getOrDefault(key, "");
        }

        List<String> words(String key) {
            return line(key).isEmpty() ? List.of() : List.of(line(key).split(" "));
        }

        int[] ids(String key) {
            return words(key).stream().mapToInt(Integer::parseInt).toArray();
        }
    }

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream in = LlamaCppChainsTest.class.getResourceAsStream("llama-cpp-chains.txt")) {
            assertNotNull(in);
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int space = line.indexOf(' ');
                String key = line.substring(0, space);
                if (key.equals("case")) {
                    cases.add(new Case(new HashMap<>()));
                }
                if (!key.equals("#")) {
                    cases.getLast().lines().put(key, line.substring(space + 1));
                }
            }
        }
        return cases;
    }

    private static void set(SamplerSettings.Builder b, String name, double v) {
        switch (name) {
            case "temperature" -> b.temperature(v);
            case "dynatemp_range" -> b.dynatempRange(v);
            case "dynatemp_exponent" -> b.dynatempExponent(v);
            case "top_k" -> b.topK((int) v);
            case "top_p" -> b.topP(v);
            case "min_p" -> b.minP(v);
            case "typical_p" -> b.typicalP(v);
            case "top_n_sigma" -> b.topNSigma(v);
            case "xtc_probability" -> b.xtcProbability(v);
            case "xtc_threshold" -> b.xtcThreshold(v);
            case "repeat_last_n" -> b.repeatLastN((int) v);
            case "repeat_penalty" -> b.repeatPenalty(v);
            case "presence_penalty" -> b.presencePenalty(v);
            case "frequency_penalty" -> b.frequencyPenalty(v);
            case "dry_multiplier" -> b.dryMultiplier(v);
            case "dry_base" -> b.dryBase(v);
            case "dry_allowed_length" -> b.dryAllowedLength((int) v);
            case "dry_penalty_last_n" -> b.dryPenaltyLastN((int) v);
            case "mirostat" -> b.mirostat((int) v);
            case "mirostat_tau" -> b.mirostatTau(v);
            case "mirostat_eta" -> b.mirostatEta(v);
            case "adaptive_target" -> b.adaptiveTarget(v);
            case "adaptive_decay" -> b.adaptiveDecay(v);
            default -> throw new IllegalArgumentException(name);
        }
    }

    private static SamplerChain chain(Case c) {
        SamplerSettings.Builder b = SamplerSettings.builder().order(c.words("order"));
        for (String s : c.words("settings")) {
            String[] kv = s.split("=");
            set(b, kv[0], Double.parseDouble(kv[1]));
        }
        Map<Integer, Double> bias = new TreeMap<>();
        for (String s : c.words("bias")) {
            String[] kv = s.split("=");
            bias.put(Integer.parseInt(kv[0]), Double.parseDouble(kv[1]));
        }
        List<int[]> breakers = new ArrayList<>();
        for (String s : c.line("breakers").isEmpty()
                ? new String[0]
                : c.line("breakers").split(" \\| ")) {
            breakers.add(Arrays.stream(s.split(" ")).mapToInt(Integer::parseInt).toArray());
        }
        return new SamplerChain(b.logitBias(bias).build(), DryBreakers.ofTokens(breakers));
    }

    private static void compare(Case c) {
        SamplerChain chain = chain(c);
        List<String> words = c.words("logits");
        float[] logits = new float[words.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Float.parseFloat(words.get(i));
        }
        int[] recent = c.ids("recent");
        int count = recent.length;
        for (int token : c.ids("warm")) {
            float[] peak = new float[logits.length];
            peak[token] = 60;
            assertEquals(token, chain.choose(peak, peak.length, recent, count), c + ": a certain token");
            recent = Arrays.copyOf(recent, count + 1);
            recent[count++] = token;
        }
        double[] p = new double[logits.length];
        Choice choice = chain.chooseWithProbabilities(logits, logits.length, recent, count, logits.length);
        for (Choice.Candidate k : choice.candidates()) {
            p[k.token()] = k.probability();
        }
        double[] expected = new double[logits.length];
        for (String s : c.words("p")) {
            String[] kv = s.split("=");
            expected[Integer.parseInt(kv[0])] = Double.parseDouble(kv[1]);
        }
        for (int i = 0; i < p.length; i++) {
            // F32 in llama.cpp, F64 here.
            assertEquals(expected[i], p[i], 1e-6 + 2e-4 * expected[i], c + ": token " + i);
        }
        assertTrue(p[choice.token()] > 0, c + ": a possible token");
    }

    @Test
    void everyChainGivesTheDistributionOfLlamaCpp() throws IOException {
        List<Case> cases = cases();
        assertEquals(150, cases.size());
        List<String> wrong = new ArrayList<>();
        for (Case c : cases) {
            try {
                compare(c);
            } catch (AssertionError e) {
                wrong.add(e.getMessage());
            }
        }
        assertTrue(wrong.isEmpty(), wrong.size() + " chains differ:\n" + String.join("\n", wrong));
    }
}
