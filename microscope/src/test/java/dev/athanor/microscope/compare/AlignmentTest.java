package dev.athanor.microscope.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.Models;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlignmentTest {
    private static final List<int[]> TEXTS = List.of(new int[] {1, 5, 9, 2, 7}, new int[] {3, 3, 8, 4});

    @Test
    void aModelIsArrangedLikeItselfAndUnlikeAnother() {
        Models.with(
                "llama-gqa",
                a -> Models.with("llama-tied", b -> {
                    for (double same : Alignment.cka(a, a, TEXTS)) {
                        assertEquals(1, same, 1e-9);
                    }
                    for (double other : Alignment.cka(a, b, TEXTS)) {
                        assertTrue(other >= 0 && other < 0.99, "CKA of two random models: " + other);
                    }
                    assertThrows(
                            IllegalArgumentException.class, () -> Alignment.cka(a, b, List.of(new int[] {1_000_000})));
                }));
    }

    /** Rows rotated and doubled: worked by hand from the definition. */
    @Test
    void aRotationAndAScaleChangeNothing() {
        double[][] x = {{1, 0}, {0, 2}, {-1, 1}};
        double[][] y = {{0, 2}, {-4, 0}, {-2, -2}};
        assertEquals(1, Alignment.linear(x, y), 1e-12);
    }
}
