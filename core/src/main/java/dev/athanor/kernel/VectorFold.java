package dev.athanor.kernel;

import static dev.athanor.kernel.VectorPacking.HIGH_1;
import static dev.athanor.kernel.VectorPacking.HIGH_2;
import static dev.athanor.kernel.VectorPacking.HIGH_4;
import static dev.athanor.kernel.VectorPacking.HIGH_8;
import static dev.athanor.kernel.VectorPacking.L;
import static dev.athanor.kernel.VectorPacking.LOW_1;
import static dev.athanor.kernel.VectorPacking.LOW_2;
import static dev.athanor.kernel.VectorPacking.LOW_4;
import static dev.athanor.kernel.VectorPacking.LOW_8;
import static dev.athanor.kernel.VectorPacking.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The lanes of sixteen registers of 512 bits, each folded by halves, quarters, pairs and neighbours as a single one is
 * in {@link VectorReductions}, all in the exchanges that transpose a block: 15 steps instead of 64.
 */
final class VectorFold {
    private VectorFold() {}

    /** Sums of the rows of lanes [16, 16], left in its first row. */
    static void rows(float[] lanes) {
        for (int g = 0; g < 4; g++) {
            IntVector a = row(lanes, g);
            IntVector b = row(lanes, g + 4);
            IntVector c = row(lanes, g + 8);
            IntVector d = row(lanes, g + 12);
            IntVector ac = LOW_8.selectFrom(a, c)
                    .reinterpretAsFloats()
                    .add(HIGH_8.selectFrom(a, c).reinterpretAsFloats())
                    .reinterpretAsInts();
            IntVector bd = LOW_8.selectFrom(b, d)
                    .reinterpretAsFloats()
                    .add(HIGH_8.selectFrom(b, d).reinterpretAsFloats())
                    .reinterpretAsInts();
            LOW_4.selectFrom(ac, bd)
                    .reinterpretAsFloats()
                    .add(HIGH_4.selectFrom(ac, bd).reinterpretAsFloats())
                    .intoArray(lanes, g * L);
        }
        IntVector a = row(lanes, 0);
        IntVector b = row(lanes, 1);
        IntVector c = row(lanes, 2);
        IntVector d = row(lanes, 3);
        IntVector ac = LOW_2.selectFrom(a, c)
                .reinterpretAsFloats()
                .add(HIGH_2.selectFrom(a, c).reinterpretAsFloats())
                .reinterpretAsInts();
        IntVector bd = LOW_2.selectFrom(b, d)
                .reinterpretAsFloats()
                .add(HIGH_2.selectFrom(b, d).reinterpretAsFloats())
                .reinterpretAsInts();
        LOW_1.selectFrom(ac, bd)
                .reinterpretAsFloats()
                .add(HIGH_1.selectFrom(ac, bd).reinterpretAsFloats())
                .intoArray(lanes, 0);
    }

    private static IntVector row(float[] lanes, int row) {
        return FloatVector.fromArray(S, lanes, row * L).reinterpretAsInts();
    }
}
