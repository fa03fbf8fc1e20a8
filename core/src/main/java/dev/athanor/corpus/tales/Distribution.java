package dev.athanor.corpus.tales;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What may fill a slot, in percent; an entry that begins with {@code =} stands for a kept word of the story. */
record Distribution(String kind, List<String> words, List<Integer> percent) {
    Distribution {
        int sum = percent.stream().mapToInt(Integer::intValue).sum();
        if (sum != 100) {
            throw new IllegalStateException("tales: slot " + kind + ": expected shares that sum to 100, found " + sum);
        }
    }

    /** Probability of every word once the kept ones are known. */
    SortedMap<String, Double> truth(Function<String, String> kept) {
        TreeMap<String, Integer> shares = new TreeMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            shares.merge(word.startsWith("=") ? kept.apply(word.substring(1)) : word, percent.get(i), Integer::sum);
        }
        TreeMap<String, Double> truth = new TreeMap<>();
        shares.forEach((word, share) -> truth.put(word, share / 100.0));
        return truth;
    }
}
