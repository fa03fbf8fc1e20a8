package dev.athanor.microscope.truth;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How well an order of words finds the evidence among them.
 *
 * @param precision share of evidence among the first k, k being the number of evidence words; recall at k is the same
 * @param average precision, averaged over the ranks of the evidence
 * @param area probability that an evidence word stands before another word (area under the ROC curve)
 */
record Ranking(double precision, double average, double area) {
    /** Words in the order of {@code importance}, largest first, equal ones by place. */
    static Ranking of(double[] importance, Set<Integer> evidence) {
        List<Integer> order = IntStream.range(0, importance.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -importance[i]))
                .toList();
        return of(order, evidence);
    }

    /** A shuffled order. */
    static Ranking random(int words, Set<Integer> evidence, SplittableRandom random) {
        double[] importance = random.doubles(words).toArray();
        return of(importance, evidence);
    }

    private static Ranking of(List<Integer> order, Set<Integer> evidence) {
        int found = 0;
        int first = 0;
        double sum = 0;
        long pairs = 0;
        int k = evidence.size();
        for (int rank = 0; rank < order.size(); rank++) {
            if (evidence.contains(order.get(rank))) {
                found++;
                sum += (double) found / (rank + 1);
                first += rank < k ? 1 : 0;
            } else {
                pairs += found;
            }
        }
        int others = order.size() - k;
        return new Ranking((double) first / k, sum / k, others == 0 ? 1 : (double) pairs / ((double) others * k));
    }

    Ranking plus(Ranking other) {
        return new Ranking(precision + other.precision, average + other.average, area + other.area);
    }

    Ranking over(double count) {
        return new Ranking(precision / count, average / count, area / count);
    }
}
