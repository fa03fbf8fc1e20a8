package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.BY_1;
import static dev.athanor.kernel.Lanes.BY_2;
import static dev.athanor.kernel.Lanes.BY_4;
import static dev.athanor.kernel.Lanes.BY_8;
import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.PARTS;
import static dev.athanor.kernel.Lanes.S;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** {@link ScalarMapped} a register at a time: weights go from the file to the multiplier without a copy. */
final class VectorMapped {
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final int BYTES = L * Float.BYTES; // of one register

    private VectorMapped() {}

    static float dot(MemorySegment w, long at, float[] x, int xo, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            long from = at + (long) i * Float.BYTES;
            a = FloatVector.fromMemorySegment(S, w, from, LITTLE).fma(FloatVector.fromArray(S, x, xo + i), a);
            if (PARTS >= 2) {
                b = FloatVector.fromMemorySegment(S, w, from + BYTES, LITTLE)
                        .fma(FloatVector.fromArray(S, x, xo + i + L), b);
            }
            if (PARTS == 4) {
                c = FloatVector.fromMemorySegment(S, w, from + 2 * BYTES, LITTLE)
                        .fma(FloatVector.fromArray(S, x, xo + i + 2 * L), c);
                d = FloatVector.fromMemorySegment(S, w, from + 3 * BYTES, LITTLE)
                        .fma(FloatVector.fromArray(S, x, xo + i + 3 * L), d);
            }
        }
        touch(w, at);
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        return ScalarMapped.tail(t.add(t.rearrange(BY_1)).lane(0), w, at, x, xo, bound, n);
    }

    static void addScaled(float[] out, int oo, float scale, MemorySegment w, long at, int n) {
        FloatVector factor = FloatVector.broadcast(S, scale);
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromMemorySegment(S, w, at + (long) i * Float.BYTES, LITTLE)
                    .fma(factor, FloatVector.fromArray(S, out, oo + i))
                    .intoArray(out, oo + i);
        }
        touch(w, at);
        ScalarMapped.addScaled(out, oo, scale, w, at, i, n);
    }

    /**
     * Reads a byte for the sake of reading it. Where a page of a mapped file is gone because somebody has cut the file,
     * HotSpot throws an error in compiled code that contains an ordinary read of a segment; a loop of nothing but
     * vector loads would end the process.
     */
    private static void touch(MemorySegment w, long at) {
        if (at < w.byteSize()) {
            w.get(ValueLayout.JAVA_BYTE, at);
        }
    }
}
