package dev.athanor.microscope.truth;

import dev.athanor.microscope.view.Shares;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model's probabilities of whole words: the product over a word's tokens behind a space. What comes after the word is
 * not asked, so that a word that begins another has the other's probability too.
 */
final class WordChances {
    private final Transformer model;
    private final Tokenizer tokenizer;

    WordChances(Transformer model, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /** @param logits for the token after {@code tokens} */
    SortedMap<String, Double> of(int[] tokens, float[] logits, Iterable<String> words) {
        double[] first = Shares.of(logits);
        SortedMap<String, Double> chances = new TreeMap<>();
        for (String word : words) {
            int[] ids = tokenizer.encode(" " + word);
            double p = first[ids[0]];
            if (ids.length > 1) {
                p *= rest(tokens, ids);
            }
            chances.put(word, p);
        }
        return chances;
    }

    /** Probability of a word's tokens after its first. */
    private double rest(int[] tokens, int[] ids) {
        int room = model.config().contextLength() - ids.length + 1;
        int[] kept = tokens.length > room ? Arrays.copyOfRange(tokens, tokens.length - room, tokens.length) : tokens;
        int[] all = Arrays.copyOf(kept, kept.length + ids.length - 1);
        System.arraycopy(ids, 0, all, kept.length, ids.length - 1);
        int v = model.config().vocabularySize();
        var logits = model.logits(all, 1, all.length);
        double p = 1;
        for (int i = 1; i < ids.length; i++) {
            p *= Shares.of(Thought.row(logits, kept.length + i - 1, v))[ids[i]];
        }
        return p;
    }

    /** Kullback-Leibler divergence of {@code found} from the truth, in nats. */
    static double divergence(Map<String, Double> truth, Map<String, Double> found) {
        double sum = 0;
        for (Map.Entry<String, Double> e : truth.entrySet()) {
            double p = Math.max(found.getOrDefault(e.getKey(), 0.0), 1e-12);
            sum += e.getValue() > 0 ? e.getValue() * Math.log(e.getValue() / p) : 0;
        }
        return sum;
    }

    /** Half the sum of all differences; what {@code found} gives to words that cannot stand there counts. */
    static double variation(Map<String, Double> truth, Map<String, Double> found) {
        double sum = 0;
        double mass = 0;
        for (Map.Entry<String, Double> e : truth.entrySet()) {
            double p = found.getOrDefault(e.getKey(), 0.0);
            sum += Math.abs(e.getValue() - p);
            mass += p;
        }
        return 0.5 * (sum + Math.max(0, 1 - mass));
    }
}
