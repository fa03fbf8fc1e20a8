package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void aTrapezoidRisesHoldsAndFalls() {
        Schedule t = new Schedule.Trapezoid(0.1, 0.5, 0.2);
        assertEquals(0, t.at(0));
        assertEquals(0.5, t.at(0.05), 1e-12);
        assertEquals(1, t.at(0.1), 1e-12);
        assertEquals(1, t.at(0.5), 1e-12);
        assertEquals(0.6, t.at(0.75), 1e-12);
        assertEquals(0.2, t.at(1), 1e-12);
        assertEquals(0.2, t.at(1.7), 1e-12, "past the end");
    }

    @Test
    void aCosineRisesAndFallsByHalfAWave() {
        Schedule c = new Schedule.Cosine(0.1, 0.1);
        assertEquals(0.5, c.at(0.05), 1e-12);
        assertEquals(1, c.at(0.1), 1e-12);
        assertEquals(0.55, c.at(0.55), 1e-12);
        assertEquals(0.1, c.at(1), 1e-12);
        assertEquals(0.1, c.at(7), 1e-12, "past the end");
    }

    @Test
    void withoutWarmUpOrCooldownTheRateIsWholeFromTheFirstStep() {
        assertEquals(1, new Schedule.Trapezoid(0, 0, 0).at(0));
        assertEquals(1, new Schedule.Trapezoid(0, 0, 0).at(1));
        assertEquals(1, new Schedule.Cosine(0, 0).at(0));
    }

    @Test
    void shapesThatContradictThemselvesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Trapezoid(0.6, 0.5, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Trapezoid(-0.1, 0.5, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Cosine(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Cosine(Double.NaN, 0));
    }

    @Test
    void budgetsCountWhatTheyAreNamedAfter() {
        assertEquals(0.25, new Budget.Steps(8).used(2, 99, 99));
        assertEquals(0.25, new Budget.Tokens(400).used(99, 100, 99));
        assertEquals(0.25, new Budget.Minutes(2).used(99, 99, 30));
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Budget.Minutes(bad));
            assertTrue(String.valueOf(e.getMessage()).contains("expected minutes above 0"), e.getMessage());
        }
    }
}
