package dev.athanor.generate.speculate;

import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;

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
     * Numbers of four bits are unpacked again for every row, which is most of the work: 16 rows take nine times as
     * long.
     */
    private static final RowCost UNPACKED = new RowCost(0.5, 1);

    /** As measured (docs/speculation.md), by the type that most weights have. */
    static RowCost of(Parameters parameters) {
        long four = parameters.list().stream()
                .filter(RowCost::fourBits)
                .mapToLong(p -> p.spec().shape().elements())
                .sum();
        return four > parameters.count() / 2 ? UNPACKED : SHARED;
    }

    private static boolean fourBits(Parameter p) {
        return p.weight() instanceof Stored s && (s.type() == DType.Q4_0 || s.type() == DType.Q4_K);
    }

    /** Time of a pass with {@code guesses} beside the newest token, in passes of that token alone. */
    double pass(int guesses) {
        int rows = (guesses + together) / together * together;
        return guesses == 0 ? 1 : 1 + (rows - 1) * each;
    }
}
