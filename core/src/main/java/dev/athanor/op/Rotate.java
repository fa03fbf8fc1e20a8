package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.HeadView;
import dev.athanor.kernel.Kernels;
import dev.athanor.kernel.RotaryTable;

/**
 * Rotary positions (RoFormer, arXiv:2104.09864), in place: turning the gradient the other way is the whole backward
 * pass.
 */
public final class Rotate {
    private Rotate() {}

    /**
     * @param heads queries or keys; overwritten
     * @param places where each row stands
     */
    public static void apply(Tape tape, Heads heads, int count, Positions places, RotaryTable table) {
        turn(tape.compute(), heads.data(), heads.value().rows(), count, places, table, false);
        if (tape.recording()) {
            // The step has no output of its own, so there is nothing for the tape to give back.
            tape.record(
                    Value.constant(heads.value().data()),
                    () -> turn(tape.compute(), heads.gradient(), heads.value().rows(), count, places, table, true));
        }
    }

    private static void turn(
            Compute compute, HeadView view, int rows, int count, Positions places, RotaryTable table, boolean inverse) {
        Kernels kernels = compute.kernels();
        int pairs = table.pairs();
        Rows.forEach(compute.workers(), rows, 2 * count * pairs, (from, to, part) -> {
            float[] cosines = table.cosines(); // here and not above: a pass that is done again finds a table that grew
            float[] sines = table.sines();
            for (int row = from; row < to; row++) {
                int angles = places.of(row) * pairs;
                for (int head = 0; head < count; head++) {
                    int at = view.at(row, head);
                    if (table.adjacentPairs()) {
                        kernels.rotateAdjacent(view.data(), at, cosines, angles, sines, angles, pairs, inverse);
                    } else {
                        kernels.rotate(view.data(), at, cosines, angles, sines, angles, pairs, inverse);
                    }
                }
            }
        });
    }
}
