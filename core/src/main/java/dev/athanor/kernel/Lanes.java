package dev.athanor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sixteen logical lanes on whatever vector width this machine has: one register of 512 bits, two of 256 or four of 128.
 * Apart from the kernels, because its constants may only be initialised after {@link KernelProvider} has seen that the
 * module is there.
 *
 * <p>Two habits keep vectors in registers whatever the compiler knows when it meets a kernel; where one is broken a
 * vector can become an object, which is ten times slower.
 *
 * <ul>
 *   <li>The receiver of an operation ({@code x} in {@code x.add(y)}) is a vector just loaded or broadcast, or the
 *       result of such an operation; never a parameter or a total carried around a loop. FloatVector's methods are
 *       virtual, and only of a fresh vector does the compiler know the class without a profile, which a method first
 *       compiled while the machine is busy does not have.
 *   <li>A method with vectors as parameters is short. A real call needs objects, and a long method, or one that was
 *       itself compiled first, is not inlined.
 * </ul>
 */
final class Lanes {
    /** The preferred width, but never more than the 16 logical lanes. */
    static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED.length() > Kernels.LANES
            ? FloatVector.SPECIES_512
            : FloatVector.SPECIES_PREFERRED;

    /** Floats in one register. */
    static final int L = S.length();

    /** Registers that make up the logical lanes: 1, 2 or 4. */
    static final int PARTS = Kernels.LANES / L;

    // Rotations that fold the lanes by halves. reduceLanes would be shorter, but its order differs between interpreter
    // and compiler.
    static final VectorShuffle<Float> BY_8 = rotateBy(8);
    static final VectorShuffle<Float> BY_4 = rotateBy(4);
    static final VectorShuffle<Float> BY_2 = rotateBy(2);
    static final VectorShuffle<Float> BY_1 = rotateBy(1);

    private Lanes() {}

    private static VectorShuffle<Float> rotateBy(int distance) {
        return VectorShuffle.fromOp(S, lane -> (lane + distance) % L);
    }
}
