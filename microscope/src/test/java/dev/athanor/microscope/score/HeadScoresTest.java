package dev.athanor.microscope.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.Models;
import dev.athanor.microscope.score.HeadScores.Role;
import dev.athanor.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Scores of patterns drawn by hand, and of random models, which have no roles. */
class HeadScoresTest {
    private interface Looks {
        int at(int word);
    }

    private static double[] scores(Looks looks) {
        int half = 5;
        Tensor pattern = Tensor.zeros(1, 1, 2 * half, 2 * half);
        for (int word = 0; word < 2 * half; word++) {
            pattern.data()[word * 2 * half + Math.max(0, looks.at(word))] = 1;
        }
        double[][] sums = new double[1][4];
        HeadScores.add(pattern, half, sums);
        return sums[0];
    }

    @Test
    void aHeadThatDoesOneThingScoresOneThere() {
        assertEquals(1, scores(word -> word - 4)[0], 1e-9, "induction: the word after the same word, 5 before");
        assertEquals(1, scores(word -> word - 1)[1], 1e-9, "previous");
        assertEquals(1, scores(word -> word - 5)[2], 1e-9, "duplicate");
        assertEquals(1, scores(word -> 0)[3], 1e-9, "first");
        assertEquals(0, scores(word -> 0)[1], 1e-9, "looking at the first word is not looking at the one before");
    }

    @Test
    void whatDoesNotStandOutHasNoRole() {
        assertEquals(Role.NONE, HeadScores.role(0.3, 0.2, 0.1, 0.39));
        assertEquals(Role.INDUCTION, HeadScores.role(0.6, 0.2, 0.1, 0.1));
        assertEquals(Role.FIRST, HeadScores.role(0.1, 0.2, 0.1, 0.9));
        Models.with("gpt2", microscope -> {
            HeadScores scores = HeadScores.of(microscope, 1);
            long none =
                    scores.heads().stream().filter(h -> h.role() == Role.NONE).count();
            assertTrue(none >= scores.heads().size() / 2, "heads of a random model without a role: " + none);
        });
    }
}
