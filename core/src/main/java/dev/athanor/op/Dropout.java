package dev.athanor.op;

import dev.athanor.kernel.Compute;

/**
 * Zeroes each element with probability p and scales the rest by 1/(1-p). Which ones is a function of (seed, index)
 * alone, so the backward pass needs no mask and any number of threads drops the same elements.
 */
public final class Dropout {
    private Dropout() {}

    public static Value apply(Tape tape, Value x, float p, long seed) {
        Value y = tape.value(x.data().shape().toArray());
        mask(
                tape.compute(),
                x.array(),
                x.offset(),
                y.array(),
                y.offset(),
                x.data().size(),
                p,
                seed,
                false);
        tape.record(y, () -> {
            boolean add = x.claim(tape.pool());
            mask(
                    tape.compute(),
                    y.gradient(),
                    y.gradientOffset(),
                    x.gradient(),
                    x.gradientOffset(),
                    x.data().size(),
                    p,
                    seed,
                    add);
        });
        return y;
    }

    private static void mask(
            Compute compute, float[] in, int io, float[] out, int oo, int size, float p, long seed, boolean add) {
        float scale = 1f / (1f - p);
        long threshold = (long) (p * (1L << 31));
        Rows.forEach(compute.workers(), size, 1, (from, to, part) -> {
            for (int i = from; i < to; i++) {
                float kept = (mix(seed + i) >>> 33) < threshold ? 0f : in[io + i] * scale;
                out[oo + i] = add ? out[oo + i] + kept : kept;
            }
        });
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long state) {
        long z = state * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
