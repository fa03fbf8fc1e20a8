package dev.athanor.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Arrays for one kernel call: inputs, in-out arrays and results, each starting at its own offset. */
final class KernelRoom {
    /**
     * Elements after the last one used, so that writing past the end shows. Zero puts every tail at the very end of its
     * array.
     */
    final int guard;

    final int n;
    final int xo;
    final int yo;
    final int wo;
    final int bo;
    final int po;
    final int qo;
    final int ro;
    final float[] x;
    final float[] y;
    final float[] w;
    final float[] b;
    final float[] p;
    final float[] q;
    final float[] r;
    final float[] results = new float[4];

    /** What y holds, as in a file: little-endian from an odd address on. */
    final MemorySegment mapped;

    /** Where the first element of y is in {@link #mapped}. */
    final long at;

    /** Normal inputs in x, y, w, b; p and q hold normal values too, r holds squares. */
    KernelRoom(int n, int offset, int guard, long seed) {
        this.n = n;
        this.guard = guard;
        xo = offset;
        yo = (offset * 7 + 3) % 16;
        wo = (offset * 5 + 1) % 16;
        bo = (offset * 3 + 2) % 16;
        po = (offset * 11 + 5) % 16;
        qo = (offset * 13 + 7) % 16;
        ro = (offset * 9 + 11) % 16;
        Random random = new Random(seed);
        x = normal(random, xo);
        y = normal(random, yo);
        w = normal(random, wo);
        b = normal(random, bo);
        p = normal(random, po);
        q = normal(random, qo);
        r = normal(random, ro);
        for (int i = 0; i < r.length; i++) {
            r[i] = r[i] * r[i];
        }
        mapped = Arena.ofAuto().allocate(1 + (long) y.length * Float.BYTES);
        at = 1 + (long) yo * Float.BYTES;
        map();
        results[2] = 0.125f; // mean and reciprocal deviation for the backward norms
        results[3] = 0.75f;
    }

    private float[] normal(Random random, int offset) {
        float[] values = new float[offset + 2 * n + guard];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 3);
        }
        return values;
    }

    /**
     * Replaces some inputs by values where kernels go wrong: NaN, infinities, zeros of both signs, subnormals,
     * extremes.
     */
    KernelRoom withSpecials(long seed) {
        float[] specials = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            -Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            88.72283f,
            88.72284f,
            -87.33654f,
            -87.33655f,
            -103.9f,
            1e-20f,
            -1e20f,
            1e-40f,
            Float.intBitsToFloat(0x7fc00123),
            Float.intBitsToFloat(0xffc0ffff),
            0.5f,
            -0.5f
        };
        Random random = new Random(seed);
        for (float[] array : inputs()) {
            for (int i = 0; i < array.length; i++) {
                if (random.nextInt(3) == 0) {
                    array[i] = specials[random.nextInt(specials.length)];
                }
            }
        }
        map();
        return this;
    }

    private void map() {
        var floats = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        MemorySegment.copy(y, 0, mapped, floats, 1, y.length);
    }

    float[][] inputs() {
        return new float[][] {x, y, w, b, p, q, r};
    }

    /** The bits of every array after a call; all NaNs count as one. */
    int[] bits() {
        int[] bits =
                new int[x.length + y.length + w.length + b.length + p.length + q.length + r.length + results.length];
        int k = 0;
        for (float[] array : new float[][] {x, y, w, b, p, q, r, results}) {
            for (float value : array) {
                bits[k++] = Float.floatToIntBits(value);
            }
        }
        return bits;
    }

    int hash() {
        return Arrays.hashCode(bits());
    }
}
