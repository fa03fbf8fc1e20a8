package dev.athanor.quant;

/**
 * The scale of a group x ≈ scale · q with q in -32 … 31 (rule: ggml, make_qx_quants with weights x²).
 *
 * <p>The number largest in size is put at -32, then at -31.1, -31.2 … -32.9; for each the q are rounded, and of all the
 * scale with the smallest weighted squared error is kept: for given q that is Σ w x q / Σ w q², which lowers the error
 * by (Σ w x q)² / Σ w q².
 */
final class SymmetricSearch {
    /** Below this size a group is zero. */
    static final float NOTHING = 1e-15f;

    private static final int LEVELS = 32;
    private static final int TRIALS = 9;

    private float scale;
    private float inverse;

    /** The scale found; its sign is that of minus the number largest in size. */
    float scale() {
        return scale;
    }

    /** 32 + the step of {@code x} at the scale found; 0 when the group is zero. */
    int quant(float x) {
        return inverse == 0f ? 0 : LEVELS + step(inverse, x);
    }

    /** Finds the scale of {@code x[xo] … x[xo + n - 1]}. */
    void search(float[] x, int xo, int n) {
        scale = 0f;
        inverse = 0f;
        float largest = largest(x, xo, n);
        if (Math.abs(largest) < NOTHING) {
            return;
        }
        float gain = 0f;
        for (int trial = 0; trial <= 2 * TRIALS; trial++) {
            float trialInverse = -(LEVELS + 0.1f * shift(trial)) / largest;
            float sumXq = 0f;
            float sumQq = 0f;
            for (int i = xo; i < xo + n; i++) {
                int q = step(trialInverse, x[i]);
                float w = x[i] * x[i];
                sumXq += w * x[i] * q;
                sumQq += w * q * q;
            }
            if (trial == 0 || sumQq > 0f && sumXq * sumXq > gain * sumQq) {
                inverse = trialInverse;
                scale = sumQq > 0f ? sumXq / sumQq : 0f;
                gain = scale * sumXq;
            }
        }
    }

    /** The range as it is comes first, because of equally good trials the first wins. */
    private static int shift(int trial) {
        return trial == 0 ? 0 : trial <= TRIALS ? trial - TRIALS - 1 : trial - TRIALS;
    }

    private static int step(float inverse, float x) {
        return Rounding.toEven(inverse * x, -LEVELS, LEVELS - 1);
    }

    /** The first of the numbers largest in size. */
    static float largest(float[] x, int xo, int n) {
        float largest = 0f;
        for (int i = xo; i < xo + n; i++) {
            if (Math.abs(x[i]) > Math.abs(largest)) {
                largest = x[i];
            }
        }
        return largest;
    }
}
