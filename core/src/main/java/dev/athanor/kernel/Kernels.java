package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.quant.StoredDots;
import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * The loops that touch numbers, one row at a time. Two providers exist, a plain Java one and the Vector API one, and
 * they return the same bits: element-wise work uses the same fused multiply-adds in both, and every reduction runs over
 * {@link #LANES} logical lanes (element i goes to lane i mod 16, one chain per lane) folded by halves (8, 4, 2, 1).
 *
 * <p>Every method takes an array and the index of its first element. Nothing is allocated and nothing is shared between
 * calls, so any number of threads may call at once on disjoint outputs.
 */
public interface Kernels {
    /** Logical lanes of a reduction: fixed, so that 128, 256 and 512-bit machines agree to the bit. */
    int LANES = 16;

    /** What this provider is, for logs and {@code doctor}: {@code scalar} or {@code vector-512}. */
    String name();

    /**
     * Whether F32 is read best where it lies in a file. Plain loops over arrays are compiled at once, those over mapped
     * memory late; for them a copy of a row costs less.
     */
    default boolean readsFiles() {
        return true;
    }

    // ---- reductions

    float sum(float[] x, int xo, int n);

    float dot(float[] a, int ao, float[] b, int bo, int n);

    /** The dot product with F32 little-endian from byte {@code at} of {@code w} on, the same bits as from an array. */
    float dot(MemorySegment w, long at, float[] x, int xo, int n);

    /**
     * y[yo + i] = {@link #dot} of stored row i with x, for {@code rows} rows from byte {@code at} of {@code w} on.
     *
     * @param n numbers of a row, whole blocks of {@code type}
     * @param room at least n, and {@link StoredDots#ROOM}, floats of this thread's own
     */
    default void storedDots(
            DType type, MemorySegment w, long at, int rows, float[] x, int xo, float[] y, int yo, int n, float[] room) {
        long rowBytes = type.bytes(n);
        for (int i = 0; i < rows; i++) {
            if (type == DType.F32 && readsFiles()) {
                y[yo + i] = dot(w, at + i * rowBytes, x, xo, n);
            } else {
                Blocks.decode(type, w, (at + i * rowBytes) / type.blockBytes() * type.blockElements(), n, room, 0);
                y[yo + i] = dot(room, 0, x, xo, n);
            }
        }
    }

    /**
     * y[j * ys + i] = {@link #dot} of row i of w with vector j of x, to the bit, for {@code rows} rows and
     * {@code count} vectors.
     *
     * @param lanes 256 floats of scratch memory
     */
    default void dots(
            float[] w,
            int wo,
            int ws,
            int rows,
            float[] x,
            int xo,
            int xs,
            int count,
            float[] y,
            int yo,
            int ys,
            int n,
            float[] lanes) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < count; j++) {
                y[yo + j * ys + i] = dot(w, wo + i * ws, x, xo + j * xs, n);
            }
        }
    }

    /** Largest element; NaN if any is NaN, negative infinity when n is 0. */
    float max(float[] x, int xo, int n);

    /** Whether every element is finite. */
    boolean allFinite(float[] x, int xo, int n);

    // ---- element-wise

    /** out += x. */
    void add(float[] out, int oo, float[] x, int xo, int n);

    /** out = fma(scale, x, out). */
    void addScaled(float[] out, int oo, float scale, float[] x, int xo, int n);

    /**
     * Row j of sums = fma(x[j, p], row p of w, row j of sums) for {@code rows} rows p in their order, to the bit as
     * {@link #addScaled} one by one, for {@code count} vectors.
     */
    default void addScaledRows(
            float[] sums,
            int so,
            int ss,
            float[] x,
            int xo,
            int xs,
            int count,
            float[] w,
            int wo,
            int ws,
            int rows,
            int n) {
        for (int j = 0; j < count; j++) {
            for (int p = 0; p < rows; p++) {
                addScaled(sums, so + j * ss, x[xo + j * xs + p], w, wo + p * ws, n);
            }
        }
    }

    /**
     * Whether {@link #addScaledRows} of n columns keeps its sums in registers, so that it is faster than packing both
     * sides for a matrix product. The bits are the same.
     */
    default boolean sumsInRegisters(int n) {
        return false;
    }

    /** out = fma(scale, w, out) for F32 little-endian from byte {@code at} of {@code w} on. */
    void addScaled(float[] out, int oo, float scale, MemorySegment w, long at, int n);

    /** out = out * scale. */
    void scale(float[] out, int oo, float scale, int n);

    /** out = exp(x - shift), own polynomial, at most 2 ulp off; returns the sum of out. In place is allowed. */
    float expShifted(float[] out, int oo, float[] x, int xo, float shift, int n);

    // ---- stored numbers as F32, to the bit as {@link StoredNumbers} has them

    /** out = the n IEEE 754 halves from in[io] on. */
    default void fromF16(short[] in, int io, float[] out, int oo, int n) {
        StoredNumbers.fromF16(in, io, out, oo, n);
    }

    /** out = the n BF16 from in[io] on. */
    default void fromBf16(short[] in, int io, float[] out, int oo, int n) {
        StoredNumbers.fromBf16(in, io, out, oo, n);
    }

    /** out = {@code blocks} blocks of {@link Q8Rows#BLOCK} bytes, from block {@code block} on, times their scales. */
    default void fromQ8(byte[] quants, short[] scales, int block, float[] out, int oo, int blocks) {
        StoredNumbers.fromQ8(quants, scales, block, out, oo, blocks);
    }

    // ---- norms, one row of n elements

    /**
     * out = (x - mean) * rstd * weight + bias; writes mean and rstd to stats[so], stats[so+1]. bias may be absent: pass
     * boff = -1.
     */
    void layerNorm(
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
            int n);

    /**
     * dx (+)= gradient of layerNorm; dweight += dy * xhat; dbias += dy (skipped when dbo = -1). {@code accumulate} says
     * whether dx is added to or written.
     */
    void layerNormBackward(
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
            int n);

    /** out = x * rrms * weight with rrms = 1/sqrt(mean(x^2) + epsilon); writes rrms to stats[so]. */
    void rmsNorm(
            float[] out,
            int oo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float epsilon,
            float[] stats,
            int so,
            int n);

    /** dx (+)= gradient of rmsNorm; dweight += dy * x * rrms. */
    void rmsNormBackward(
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
            int n);

    // ---- activations

    /** out = 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
    void geluTanh(float[] out, int oo, float[] x, int xo, int n);

    /** dx = dy * geluTanh'(x); dx may be dy. */
    void geluTanhBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n);

    /** out = 0.5 x (1 + erf(x / sqrt 2)). */
    void geluErf(float[] out, int oo, float[] x, int xo, int n);

    /** dx = dy * geluErf'(x); dx may be dy. */
    void geluErfBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n);

    /** out = silu(gate) * up, silu(g) = g / (1 + exp(-g)). */
    void siluGate(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n);

    /** dgate = dy * up * silu'(gate); dup = dy * silu(gate). dgate and dup may be gate and up themselves. */
    void siluGateBackward(
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
            int n);

    // ---- positions

    /**
     * Rotates pairs (x[i], x[i + half]) by the angles whose cosines and sines start at co and so: (a c - b s, b c + a
     * s). With {@code inverse} the sine is negated, which is also the backward pass.
     */
    void rotate(float[] x, int xo, float[] cos, int co, float[] sin, int so, int half, boolean inverse);

    /** As {@link #rotate} for the pairs (x[2i], x[2i + 1]). */
    default void rotateAdjacent(
            float[] x, int xo, float[] cos, int co, float[] sin, int so, int pairs, boolean inverse) {
        float sign = inverse ? -1f : 1f;
        for (int i = 0; i < pairs; i++) {
            float a = x[xo + 2 * i];
            float b = x[xo + 2 * i + 1];
            float c = cos[co + i];
            float s = sin[so + i] * sign;
            x[xo + 2 * i] = Math.fma(a, c, -(b * s));
            x[xo + 2 * i + 1] = Math.fma(b, c, a * s);
        }
    }

    // ---- softmax and loss

    /** x = softmax(x) in place; returns log(sum(exp(x))) of the input. */
    float softmax(float[] x, int xo, int n);

    /**
     * Turns a row of logits into its gradient scale * (softmax - onehot(target)) in place and returns -log
     * softmax[target].
     */
    float crossEntropy(float[] logits, int lo, int n, int target, float scale);

    // ---- optimiser

    /**
     * One AdamW step (arXiv:1711.05101) as PyTorch orders it: p *= 1 - lr*decay; m = m + (1-beta1)(g - m); v = beta2 v
     * + (1-beta2) g g; p -= (lr/bias1) * m / (sqrt(v)/sqrt(bias2) + epsilon), with g = gradientScale * gradient, bias1
     * = 1 - beta1^t, bias2 = 1 - beta2^t.
     */
    void adamW(
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
            float bias2);
}
