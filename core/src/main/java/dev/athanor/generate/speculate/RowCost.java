package dev.athanor.generate.speculate;

import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.util.EnumSet;
import java.util.Set;

/**
 * What rows cost in a pass that computes each alone.
 *
 * @param each a row more, in passes of one row
 * @param together rows that meet a weight at once: fewer take as long
 */
record RowCost(double each, int together) {
    /**
     * Weights are brought from memory once for all rows: 16 rows take about three times as long as one, 4 half more.
     */
    private static final RowCost SHARED = new RowCost(0.15, 4);

    /**
     * Quantised rows meet every vector by itself, from the nearest cache after the first one: 4 rows take two and a
     * half to three times as long as one, 16 rows nine to eleven times.
     */
    private static final RowCost ALONE = new RowCost(0.6, 1);

    private static final Set<DType> MULTIPLIED_ALONE =
            EnumSet.of(DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K, DType.Q8_0);

    /** As measured (docs/speculation.md), by the type that most weights have. */
    static RowCost of(Parameters parameters) {
        long alone = parameters.list().stream()
                .filter(RowCost::alone)
                .mapToLong(p -> p.spec().shape().elements())
                .sum();
        return alone > parameters.count() / 2 ? ALONE : SHARED;
    }

    private static boolean alone(Parameter p) {
        return p.weight() instanceof Stored s && MULTIPLIED_ALONE.contains(s.type());
    }

    /** Time of a pass with {@code guesses} beside the newest token, in passes of that token alone. */
    double pass(int guesses) {
        int rows = (guesses + together) / together * together;
        return guesses == 0 ? 1 : 1 + (rows - 1) * each;
    }
}
