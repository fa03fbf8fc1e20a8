package dev.athanor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sixteen logical lanes on whatever vector width this machine has: one register of 512 bits, two of 256 or four of 128. Apart from
 * the kernels, because its constants may only be initialised after {@link KernelProvider} has seen that the module is there.
 */
final class Lanes {
    /** The preferred width, but never more than the 16 logical lanes. */
    static final VectorSpecies<Float> S =
            FloatVector.SPECIES_PREFERRED.length() > Kernels.LANES ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    /** Floats in one register. */
    static final int L = S.length();

    /** Registers that make up the logical lanes: 1, 2 or 4. */
    static final int PARTS = Kernels.LANES / L;

    static final FloatVector ZERO = FloatVector.zero(S);

    private static final VectorShuffle<Float> BY_8 = rotateBy(8);
    private static final VectorShuffle<Float> BY_4 = rotateBy(4);
    private static final VectorShuffle<Float> BY_2 = rotateBy(2);
    private static final VectorShuffle<Float> BY_1 = rotateBy(1);

    private Lanes() {}

    private static VectorShuffle<Float> rotateBy(int distance) {
        return VectorShuffle.fromOp(S, lane -> (lane + distance) % L);
    }

    /** Lanes of the register starting at element i that lie before n. */
    static VectorMask<Float> before(int i, int n) {
        return S.indexInRange(i, n);
    }

    static FloatVector load(float[] x, int index) {
        return FloatVector.fromArray(S, x, index);
    }

    static FloatVector load(float[] x, int index, VectorMask<Float> mask) {
        return FloatVector.fromArray(S, x, index, mask);
    }

    /**
     * Folds the logical lanes by halves. The registers hold lanes 0…L-1, L…2L-1 and so on; those past {@link #PARTS} are ignored.
     * {@code reduceLanes} would be shorter, but its order differs between the interpreter and compiled code.
     */
    static float fold(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        FloatVector t = a;
        if (PARTS == 4) {
            t = a.add(c).add(b.add(d));
        } else if (PARTS == 2) {
            t = a.add(b);
        }
        if (L == 16) {
            t = t.add(t.rearrange(BY_8));
        }
        if (L >= 8) {
            t = t.add(t.rearrange(BY_4));
        }
        t = t.add(t.rearrange(BY_2));
        t = t.add(t.rearrange(BY_1));
        return t.lane(0);
    }
}
