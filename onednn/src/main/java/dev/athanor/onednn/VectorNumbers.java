package dev.athanor.onednn;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScalarNumbers} a register at a time, for registers of 256 or 512 bits. Counts are multiples of 16. */
final class VectorNumbers implements Numbers {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, S.vectorShape());
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, shape(S.vectorBitSize() / 2));
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, shape(S.vectorBitSize() / 4));
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private static VectorShape shape(int bits) {
        return VectorShape.forBitSize(Math.max(64, bits));
    }

    /** Whether this machine's registers fit. */
    static boolean suit() {
        return S.vectorBitSize() == 256 || S.vectorBitSize() == 512;
    }

    @Override
    public float quantise(float[] x, int xo, int count, int zero, MemorySegment out, long to, int[] sums, int at) {
        float largest = largest(x, xo, count);
        float inverse = ScalarNumbers.inverse(largest);
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < count; i += L) {
            IntVector bits = FloatVector.fromArray(S, x, xo + i)
                    .mul(inverse)
                    .add(ScalarNumbers.ROUNDING)
                    .reinterpretAsInts();
            // the lowest byte, with its sign
            sum = bits.lanewise(VectorOperators.LSHL, 24)
                    .lanewise(VectorOperators.ASHR, 24)
                    .add(sum);
            bits.add(zero)
                    .convertShape(VectorOperators.I2B, BYTES, 0)
                    .reinterpretAsBytes()
                    .intoMemorySegment(out, to + i, ORDER);
        }
        sums[at] = sum.reduceLanes(VectorOperators.ADD) << 7;
        return ScalarNumbers.scale(largest);
    }

    private static float largest(float[] x, int xo, int count) {
        FloatVector largest = FloatVector.zero(S);
        for (int i = 0; i < count; i += L) {
            largest = FloatVector.fromArray(S, x, xo + i).abs().max(largest);
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    @Override
    public void toBf16(float[] x, int xo, int count, short[] out, int to) {
        for (int i = 0; i < count; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            IntVector bits = v.reinterpretAsInts();
            IntVector even = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            bits.add(even)
                    .add(0x7fff)
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(
                            ScalarNumbers.BF16_NAN,
                            v.test(VectorOperators.IS_NAN).cast(INTS))
                    .convertShape(VectorOperators.I2S, SHORTS, 0)
                    .reinterpretAsShorts()
                    .intoArray(out, to + i);
        }
    }

    @Override
    public void addScaled(
            float[] total,
            MemorySegment tile,
            int rows,
            int columns,
            int[] offsets,
            float[] columnScales,
            int fo,
            float[] rowScales,
            int so) {
        for (int r = 0; r < rows; r++) {
            FloatVector rowScale = FloatVector.broadcast(S, rowScales[so + r]);
            int first = r * columns;
            for (int j = 0; j < columns; j += L) {
                IntVector.fromMemorySegment(INTS, tile, 4L * (first + j), ORDER)
                        .sub(IntVector.fromArray(INTS, offsets, fo + j))
                        .convertShape(VectorOperators.I2F, S, 0)
                        .reinterpretAsFloats()
                        .mul(FloatVector.fromArray(S, columnScales, fo + j))
                        .fma(rowScale, FloatVector.fromArray(S, total, first + j))
                        .intoArray(total, first + j);
            }
        }
    }

    @Override
    public void write(MemorySegment tile, int rows, int columns, float[] c, int co, int ldc, boolean accumulate) {
        int whole = columns / L * L;
        for (int r = 0; r < rows; r++) {
            int to = co + r * ldc;
            for (int j = 0; j < whole; j += L) {
                FloatVector sum = FloatVector.fromMemorySegment(S, tile, 4L * (r * TilePlan.COLUMNS + j), ORDER);
                if (accumulate) {
                    FloatVector.fromArray(S, c, to + j).add(sum).intoArray(c, to + j);
                } else {
                    sum.intoArray(c, to + j);
                }
            }
            ScalarNumbers.write(tile, r, whole, columns, c, to, accumulate);
        }
    }
}
