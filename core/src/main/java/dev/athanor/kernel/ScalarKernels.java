package dev.athanor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Plain Java loops: the reference the vector provider must equal to the bit, and the fallback where the Vector API is
 * missing. {@link Math#fma(float, float, float)} is one instruction on CPUs that have it and very slow on those that do
 * not.
 */
public final class ScalarKernels implements Kernels {
    @Override
    public boolean readsFiles() {
        return false;
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public float sum(float[] x, int xo, int n) {
        return ScalarReductions.sum(x, xo, n);
    }

    @Override
    public float dot(float[] a, int ao, float[] b, int bo, int n) {
        return ScalarReductions.dot(a, ao, b, bo, n);
    }

    @Override
    public float dot(MemorySegment w, long at, float[] x, int xo, int n) {
        return ScalarMapped.dot(w, at, x, xo, n);
    }

    @Override
    public float max(float[] x, int xo, int n) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, x[xo + i]);
        }
        return largest;
    }

    @Override
    public boolean allFinite(float[] x, int xo, int n) {
        float zero = 0f;
        for (int i = 0; i < n; i++) {
            zero = Math.fma(x[xo + i], 0f, zero); // NaN or infinity times 0 is NaN, and NaN stays
        }
        return zero == 0f;
    }

    @Override
    public void add(float[] out, int oo, float[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] += x[xo + i];
        }
    }

    @Override
    public void addScaled(float[] out, int oo, float scale, float[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Math.fma(scale, x[xo + i], out[oo + i]);
        }
    }

    @Override
    public void addScaled(float[] out, int oo, float scale, MemorySegment w, long at, int n) {
        ScalarMapped.addScaled(out, oo, scale, w, at, 0, n);
    }

    @Override
    public void scale(float[] out, int oo, float scale, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] *= scale;
        }
    }

    @Override
    public float expShifted(float[] out, int oo, float[] x, int xo, float shift, int n) {
        exponentials(out, oo, x, xo, shift, n);
        return ScalarReductions.sum(out, oo, n);
    }

    static void exponentials(float[] out, int oo, float[] x, int xo, float shift, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = ScalarMath.exp(x[xo + i] - shift);
        }
    }

    @Override
    public void layerNorm(
            float[] out,
            int oo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] bias,
            int boff,
            float epsilon,
            float[] stats,
            int so,
            int n) {
        float mean = ScalarReductions.sum(x, xo, n) / n;
        float variance = ScalarReductions.squaredDeviations(x, xo, mean, n) / n;
        float rstd = reciprocalRoot(variance, epsilon);
        ScalarNorms.normalise(out, oo, x, xo, weight, wo, bias, boff, mean, rstd, n);
        stats[so] = mean;
        stats[so + 1] = rstd;
    }

    @Override
    public void layerNormBackward(
            float[] dx,
            int dxo,
            boolean accumulate,
            float[] dweight,
            int dwo,
            float[] dbias,
            int dbo,
            float[] dy,
            int dyo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] stats,
            int so,
            int n) {
        float mean = stats[so];
        float rstd = stats[so + 1];
        float gradientMean = ScalarReductions.dot(dy, dyo, weight, wo, n) / n;
        float along = ScalarReductions.alongInput(dy, dyo, weight, wo, x, xo, mean, rstd, n) / n;
        if (dbo >= 0) {
            add(dbias, dbo, dy, dyo, n);
        }
        ScalarNorms.backward(
                dx, dxo, accumulate, dweight, dwo, dy, dyo, x, xo, weight, wo, mean, rstd, gradientMean, along, n);
    }

    @Override
    public void rmsNorm(
            float[] out,
            int oo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float epsilon,
            float[] stats,
            int so,
            int n) {
        float rrms = reciprocalRoot(ScalarReductions.dot(x, xo, x, xo, n) / n, epsilon);
        ScalarNorms.normalise(out, oo, x, xo, weight, wo, x, -1, 0f, rrms, n);
        stats[so] = rrms;
    }

    @Override
    public void rmsNormBackward(
            float[] dx,
            int dxo,
            boolean accumulate,
            float[] dweight,
            int dwo,
            float[] dy,
            int dyo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] stats,
            int so,
            int n) {
        float rrms = stats[so];
        float along = ScalarReductions.alongInput(dy, dyo, weight, wo, x, xo, 0f, rrms, n) / n;
        ScalarNorms.backward(dx, dxo, accumulate, dweight, dwo, dy, dyo, x, xo, weight, wo, 0f, rrms, 0f, along, n);
    }

    /** 1/sqrt(meanSquare + epsilon), in double because one row needs it once. */
    static float reciprocalRoot(float meanSquare, float epsilon) {
        return (float) (1.0 / Math.sqrt((double) meanSquare + epsilon));
    }

    @Override
    public void geluTanh(float[] out, int oo, float[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = ScalarMath.geluTanh(x[xo + i]);
        }
    }

    @Override
    public void geluTanhBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxo + i] = dy[dyo + i] * ScalarMath.geluTanhSlope(x[xo + i]);
        }
    }

    @Override
    public void geluErf(float[] out, int oo, float[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = ScalarMath.geluErf(x[xo + i]);
        }
    }

    @Override
    public void geluErfBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxo + i] = dy[dyo + i] * ScalarMath.geluErfSlope(x[xo + i]);
        }
    }

    @Override
    public void siluGate(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n) {
        for (int i = 0; i < n; i++) {
            float g = gate[go + i];
            out[oo + i] = g / (ScalarMath.exp(-g) + 1f) * up[uo + i];
        }
    }

    @Override
    public void siluGateBackward(
            float[] dgate,
            int dgo,
            float[] dup,
            int duo,
            float[] dy,
            int dyo,
            float[] gate,
            int go,
            float[] up,
            int uo,
            int n) {
        for (int i = 0; i < n; i++) {
            float gradient = dy[dyo + i];
            float g = gate[go + i];
            float u = up[uo + i];
            float e = ScalarMath.exp(
                    -Math.abs(g)); // never overflows; the smaller of sigmoid(g), sigmoid(-g) keeps its bits
            float large = 1f / (e + 1f);
            float small = e * large;
            float sigmoid = g < 0f ? small : large;
            dgate[dgo + i] = gradient * u * Math.fma(g, small * large, sigmoid);
            dup[duo + i] = gradient * (g * sigmoid);
        }
    }

    @Override
    public void rotate(float[] x, int xo, float[] cos, int co, float[] sin, int so, int half, boolean inverse) {
        rotatePairs(x, xo, xo + half, cos, co, sin, so, inverse ? -1f : 1f, half);
    }

    /** Turns the pairs (x[first + i], x[second + i]). */
    static void rotatePairs(
            float[] x, int first, int second, float[] cos, int co, float[] sin, int so, float sign, int n) {
        for (int i = 0; i < n; i++) {
            float a = x[first + i];
            float b = x[second + i];
            float c = cos[co + i];
            float s = sin[so + i] * sign;
            x[first + i] = Math.fma(a, c, -(b * s));
            x[second + i] = Math.fma(b, c, a * s);
        }
    }

    @Override
    public float softmax(float[] x, int xo, int n) {
        float largest = max(x, xo, n);
        float total = expShifted(x, xo, x, xo, largest, n);
        scale(x, xo, 1f / total, n);
        return (float) (largest + StrictMath.log(total));
    }

    @Override
    public float crossEntropy(float[] logits, int lo, int n, int target, float scale) {
        if (target < 0 || target >= n) {
            throw new IllegalArgumentException("target: expected an index in [0, " + n + "), found " + target);
        }
        float largest = max(logits, lo, n);
        double distance = (double) largest - logits[lo + target];
        float total = expShifted(logits, lo, logits, lo, largest, n);
        scale(logits, lo, scale / total, n);
        logits[lo + target] -= scale;
        return (float) (distance + StrictMath.log(total));
    }

    @Override
    public void adamW(
            float[] p,
            int po,
            float[] gradient,
            int go,
            float gradientScale,
            float[] m,
            int mo,
            float[] v,
            int vo,
            int n,
            float lr,
            float beta1,
            float beta2,
            float epsilon,
            float decay,
            float bias1,
            float bias2) {
        float keep = AdamWStep.keep(lr, decay);
        float size = AdamWStep.size(lr, bias1);
        float rootScale = AdamWStep.rootScale(bias2);
        float meanRate = 1f - beta1;
        float squareRate = 1f - beta2;
        for (int i = 0; i < n; i++) {
            float g = gradient[go + i] * gradientScale;
            float mean = Math.fma(meanRate, g - m[mo + i], m[mo + i]);
            float square = Math.fma(squareRate * g, g, v[vo + i] * beta2);
            float root = Math.fma((float) Math.sqrt(square), rootScale, epsilon);
            p[po + i] = Math.fma(mean / root, -size, p[po + i] * keep);
            m[mo + i] = mean;
            v[vo + i] = square;
        }
    }
}
