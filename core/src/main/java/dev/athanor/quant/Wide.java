package dev.athanor.quant;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Registers for reading stored numbers: as many bytes or shorts as become one register of floats. Apart from the
 * readers, because its constants may only be initialised after {@link VectorChoice} has seen that the module is there.
 *
 * <p>The readers keep the habits that keep vectors in registers: the receiver of an operation is a vector just loaded,
 * broadcast or computed, never a parameter or a value carried around a loop, and helpers are short.
 */
final class Wide {
    /** The preferred width, but never more than 512 bits, for which a block would have to be cut. */
    static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    /** Floats in one register: 4, 8 or 16. */
    static final int L = FLOATS.length();

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    static final VectorSpecies<Short> SHORTS =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;

    /** As many bytes as {@link #L}; four of them are no register, but a word. */
    private static final VectorSpecies<Byte> BYTES = L == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /**
     * The bits of 2^23. A whole number q below 2^23 put into its fraction is the float 2^23 + q, and 2^23 is exactly
     * taken off again: fewer instructions for the compiler to think about than a conversion.
     */
    static final int BITS_2_23 = 0x4b000000;

    static final float F_2_23 = 0x1p23f;

    private static final boolean WORDS = L == 4;
    private static final IntVector TO_LOWEST =
            IntVector.broadcast(INTS, 8).mul(IntVector.zero(INTS).addIndex(1));

    private Wide() {}

    static IntVector broadcast(int x) {
        return IntVector.broadcast(INTS, x);
    }

    /** The {@link #L} bytes at {@code at}, each 0 … 255. */
    static IntVector unsigned(MemorySegment bytes, long at) {
        if (WORDS) {
            return broadcast(bytes.get(LittleEndian.INT, at))
                    .lanewise(VectorOperators.LSHR, TO_LOWEST)
                    .and(0xff);
        }
        LittleEndian.touch(bytes, at);
        return ByteVector.fromMemorySegment(BYTES, bytes, at, ByteOrder.LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0)
                .reinterpretAsInts();
    }
}
