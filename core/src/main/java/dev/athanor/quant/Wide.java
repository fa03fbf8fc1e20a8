package dev.athanor.quant;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Registers for reading stored numbers: as many bytes or shorts as become one register of floats. Apart from the
 * readers, because its constants may only be initialised after {@link VectorChoice} has seen that the module is there.
 *
 * <p>Readers keep vectors in registers. They are methods without vectors as parameters or results, because a helper
 * that was compiled by itself first is not inlined when it became long, and then every vector it gives is an object, in
 * one start of the virtual machine and not in the next; so the few lines that load bytes are repeated. And the receiver
 * of an operation is a vector just loaded, broadcast or computed, never one carried around a loop.
 */
final class Wide {
    /** The preferred width, but never more than 512 bits, for which a block would have to be cut. */
    static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    /** Floats in one register: 4, 8 or 16. */
    static final int L = FLOATS.length();

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** As many shorts as a register has room for, two to a float. */
    static final VectorSpecies<Short> WHOLE_SHORTS = VectorSpecies.of(short.class, FLOATS.vectorShape());

    static final VectorSpecies<Short> SHORTS =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;

    /** As many bytes as {@link #L}; but four of them are no register. */
    static final VectorSpecies<Byte> BYTES = L == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /**
     * The bits of 2^23. A whole number q below 2^23 put into its fraction is the float 2^23 + q, and 2^23 is exactly
     * taken off again: fewer instructions for the compiler to think about than a conversion.
     */
    static final int BITS_2_23 = 0x4b000000;

    static final float F_2_23 = 0x1p23f;

    /** Whether {@link #L} bytes are read as a word, which every lane shifts by its own {@link #TO_LOWEST}. */
    static final boolean WORDS = L == 4;

    static final IntVector TO_LOWEST =
            IntVector.broadcast(INTS, 8).mul(IntVector.zero(INTS).addIndex(1));

    private static final VectorShuffle<Float> BY_8 = rotateBy(8);
    private static final VectorShuffle<Float> BY_4 = rotateBy(4);
    private static final VectorShuffle<Float> BY_2 = rotateBy(2);
    private static final VectorShuffle<Float> BY_1 = rotateBy(1);

    private Wide() {}

    private static VectorShuffle<Float> rotateBy(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + distance) % L);
    }

    /** Sixteen lanes added up by halves: 8, 4, 2, 1. */
    static float fold(FloatVector lanes) {
        FloatVector t = lanes.add(lanes.rearrange(BY_8));
        t = t.add(t.rearrange(BY_4));
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }
}
