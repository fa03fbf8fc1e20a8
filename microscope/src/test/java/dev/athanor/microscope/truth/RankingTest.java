package dev.athanor.microscope.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Figures worked out by hand. */
class RankingTest {
    @Test
    void evidenceInFrontIsPerfect() {
        Ranking r = Ranking.of(new double[] {0.1, 0.9, 0.8, 0.0}, Set.of(1, 2));
        assertEquals(new Ranking(1, 1, 1), r);
    }

    @Test
    void evidenceAtRanksTwoAndFour() {
        Ranking r = Ranking.of(new double[] {4, 3, 2, 1}, Set.of(1, 3));
        assertEquals(0.5, r.precision(), 1e-12);
        assertEquals((0.5 + 0.5) / 2, r.average(), 1e-12);
        assertEquals(0.25, r.area(), 1e-12); // of four pairs one has the evidence in front
    }

    @Test
    void aRandomOrderFindsWhatThereIs() {
        SplittableRandom random = new SplittableRandom(5);
        Ranking sum = new Ranking(0, 0, 0);
        for (int i = 0; i < 4000; i++) {
            sum = sum.plus(Ranking.random(10, Set.of(2, 7), random));
        }
        // Standard errors of 4,000 draws are below 0.005.
        assertEquals(0.2, sum.over(4000).precision(), 0.02, "seed 5");
        assertEquals(0.5, sum.over(4000).area(), 0.02, "seed 5");
    }

    @Test
    void distancesOfDistributions() {
        Map<String, Double> truth = Map.of("tired", 0.5, "weary", 0.5);
        assertEquals(0, WordChances.divergence(truth, truth), 1e-12);
        assertEquals(
                0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.25),
                WordChances.divergence(truth, Map.of("tired", 0.25, "weary", 0.25)),
                1e-12);
        assertEquals(0.5, WordChances.variation(truth, Map.of("tired", 0.25, "weary", 0.25)), 1e-12);
    }
}
