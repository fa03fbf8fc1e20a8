package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link StoredNumbers} a register at a time. Both conversions are exact but for one product, so the bits are the same.
 * F16 is not here: C2 turns the scalar loop into the machine's own conversion, which the Vector API does not have.
 */
final class VectorStored {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, S.vectorShape());
    private static final VectorSpecies<Short> SHORTS =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;
    private static final VectorSpecies<Byte> BYTES = L == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    private VectorStored() {}

    static void fromBf16(short[] in, int io, float[] out, int oo, int n) {
        int whole = n & -L;
        for (int i = 0; i < whole; i += L) {
            ShortVector.fromArray(SHORTS, in, io + i)
                    .convertShape(VectorOperators.S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, oo + i);
        }
        StoredNumbers.fromBf16(in, io + whole, out, oo + whole, n - whole);
    }

    static void fromQ8(byte[] quants, short[] scales, int block, float[] out, int oo, int blocks) {
        if (L < 8) { // four bytes are no register
            StoredNumbers.fromQ8(quants, scales, block, out, oo, blocks);
            return;
        }
        for (int b = 0; b < blocks; b++) {
            float scale = Float.float16ToFloat(scales[block + b]);
            int from = (block + b) * Q8Rows.BLOCK;
            int to = oo + b * Q8Rows.BLOCK;
            for (int i = 0; i < Q8Rows.BLOCK; i += L) {
                FloatVector q = (FloatVector)
                        ByteVector.fromArray(BYTES, quants, from + i).convertShape(VectorOperators.B2F, S, 0);
                q.mul(scale).intoArray(out, to + i);
            }
        }
    }
}
