package dev.athanor.quant;

import java.util.Arrays;

/**
 * Scale and minimum of a group x ≈ scale · q - minimum with q in 0 … 15 and minimum ≥ 0 (rule: ggml, make_qkx2_quants
 * with weights √mean(x²) + |x|).
 *
 * <p>The range is first cut into 15 steps, then into 14, 14.1 … 16; for each the q are rounded, and scale and minimum
 * follow by weighted least squares. What has the smallest weighted squared error is kept.
 */
final class AffineSearch {
    private static final int HIGHEST = 15;
    private static final int TRIALS = 20;

    private final int n;
    private final float[] weights;
    private final int[] trial;
    private final int[] best;
    private float scale;
    private float minimum;

    /** For groups of {@code n} numbers. */
    AffineSearch(int n) {
        this.n = n;
        weights = new float[n];
        trial = new int[n];
        best = new int[n];
    }

    float scale() {
        return scale;
    }

    float minimum() {
        return minimum;
    }

    /** Number {@code i} of the group in steps of the scale. */
    int quant(int i) {
        return best[i];
    }

    /** Finds scale, minimum and steps of {@code x[xo] … x[xo + n - 1]}. */
    void search(float[] x, int xo) {
        weigh(x, xo);
        float low = Math.min(0f, least(x, xo));
        float high = greatest(x, xo);
        if (high == low) {
            Arrays.fill(best, 0);
            scale = 0f;
            minimum = -low;
            return;
        }
        float sumW = 0f;
        float sumX = 0f;
        for (int i = 0; i < n; i++) {
            sumW += weights[i];
            sumX += weights[i] * x[xo + i];
        }
        float inverse = HIGHEST / (high - low);
        float step = 1 / inverse;
        round(x, xo, inverse, low);
        float error = error(x, xo, step, low);
        System.arraycopy(trial, 0, best, 0, n);
        for (int t = 0; t <= TRIALS; t++) {
            // low is the best minimum so far: that the range moves along is part of the rule
            round(x, xo, (-1f + 0.1f * t + HIGHEST) / (high - low), low);
            float sumQ = 0f;
            float sumQq = 0f;
            float sumXq = 0f;
            for (int i = 0; i < n; i++) {
                float weighted = weights[i] * trial[i];
                sumQ += weighted;
                sumQq += weighted * trial[i];
                sumXq += weighted * x[xo + i];
            }
            float determinant = sumW * sumQq - sumQ * sumQ;
            if (determinant > 0f) {
                float trialStep = (sumW * sumXq - sumX * sumQ) / determinant;
                float trialLow = (sumQq * sumX - sumQ * sumXq) / determinant;
                if (trialLow > 0f) {
                    trialLow = 0f;
                    trialStep = sumXq / sumQq;
                }
                float trialError = error(x, xo, trialStep, trialLow);
                if (trialError < error) {
                    System.arraycopy(trial, 0, best, 0, n);
                    error = trialError;
                    step = trialStep;
                    low = trialLow;
                }
            }
        }
        scale = step;
        minimum = -low;
    }

    private void weigh(float[] x, int xo) {
        float squares = 0f;
        for (int i = 0; i < n; i++) {
            squares += x[xo + i] * x[xo + i];
        }
        float typical = (float) Math.sqrt(squares / n);
        for (int i = 0; i < n; i++) {
            weights[i] = typical + Math.abs(x[xo + i]);
        }
    }

    private float least(float[] x, int xo) {
        float least = x[xo];
        for (int i = 1; i < n; i++) {
            least = Math.min(least, x[xo + i]);
        }
        return least;
    }

    private float greatest(float[] x, int xo) {
        float greatest = x[xo];
        for (int i = 1; i < n; i++) {
            greatest = Math.max(greatest, x[xo + i]);
        }
        return greatest;
    }

    private void round(float[] x, int xo, float inverse, float low) {
        for (int i = 0; i < n; i++) {
            trial[i] = Rounding.toEven(inverse * (x[xo + i] - low), 0, HIGHEST);
        }
    }

    private float error(float[] x, int xo, float step, float low) {
        float error = 0f;
        for (int i = 0; i < n; i++) {
            float off = step * trial[i] + low - x[xo + i];
            error += weights[i] * (off * off);
        }
        return error;
    }
}
