package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;

import dev.athanor.quant.StoredDots;
import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The Vector API provider, for 128, 256 and 512 bits. Load it only through {@link KernelProvider}: without the
 * incubator module this class cannot be linked. The up to 15 numbers past the last whole register are left to the
 * scalar kernels: a second, masked copy of a loop makes a method so long that the compilers sometimes give up on it.
 *
 * <p>Rows shorter than one register never reach the loops that call {@link VectorMath}: many such rows would make the
 * loop look rare, the compilers do not inline calls in rare places, and a vector that crosses a real call is an object.
 */
final class VectorKernels implements Kernels {
    private static final ScalarKernels TAIL = new ScalarKernels();

    @Override
    public String name() {
        return "vector-" + S.vectorBitSize();
    }

    @Override
    public float sum(float[] x, int xo, int n) {
        return VectorReductions.sum(x, xo, n);
    }

    @Override
    public float dot(float[] a, int ao, float[] b, int bo, int n) {
        return VectorReductions.dot(a, ao, b, bo, n);
    }

    @Override
    public float dot(MemorySegment w, long at, float[] x, int xo, int n) {
        return VectorMapped.dot(w, at, x, xo, n);
    }

    @Override
    public void storedDots(
            DType type, MemorySegment w, long at, int rows, float[] x, int xo, float[] y, int yo, int n, float[] room) {
        boolean asStored = type == DType.BF16 && StoredDots.has(type, n);
        int done = asStored ? StoredDots.rows(type, w, at, rows, x, xo, n, y, yo, room) : 0;
        if (done < rows) {
            Kernels.super.storedDots(type, w, at + done * type.bytes(n), rows - done, x, xo, y, yo + done, n, room);
        }
    }

    @Override
    public void dots(
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
        int wideRows = VectorManyRows.wide() ? rows & -VectorManyRows.ROWS : 0;
        int wideVectors = VectorManyRows.wide() ? count & -VectorManyRows.VECTORS : 0;
        for (int j = 0; j < wideVectors; j += VectorManyRows.VECTORS) {
            for (int i = 0; i < wideRows; i += VectorManyRows.ROWS) {
                VectorManyRows.dots(w, wo + i * ws, ws, x, xo + j * xs, xs, y, yo + j * ys + i, ys, n, lanes);
            }
        }
        for (int i = 0; i < rows; i++) {
            for (int j = i < wideRows ? wideVectors : 0; j < count; j++) {
                y[yo + j * ys + i] = VectorReductions.dot(w, wo + i * ws, x, xo + j * xs, n);
            }
        }
    }

    @Override
    public void fromBf16(short[] in, int io, float[] out, int oo, int n) {
        VectorStored.fromBf16(in, io, out, oo, n);
    }

    @Override
    public void fromQ8(byte[] quants, short[] scales, int block, float[] out, int oo, int blocks) {
        VectorStored.fromQ8(quants, scales, block, out, oo, blocks);
    }

    @Override
    public boolean sumsInRegisters(int n) {
        return VectorManyRows.wide() && n % VectorManyRows.TILE_COLUMNS == 0;
    }

    @Override
    public void addScaledRows(
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
        int wide = VectorManyRows.wide() ? count & -VectorManyRows.VECTORS : 0;
        for (int j = 0; j < wide; j += VectorManyRows.VECTORS) {
            int done = VectorManyRows.addScaled(sums, so + j * ss, ss, x, xo + j * xs, xs, w, wo, ws, rows, n);
            for (int k = j; done < n && k < j + VectorManyRows.VECTORS; k++) {
                for (int p = 0; p < rows; p++) {
                    addScaled(sums, so + k * ss + done, x[xo + k * xs + p], w, wo + p * ws + done, n - done);
                }
            }
        }
        for (int j = wide; j < count; j++) {
            for (int p = 0; p < rows; p++) {
                addScaled(sums, so + j * ss, x[xo + j * xs + p], w, wo + p * ws, n);
            }
        }
    }

    @Override
    public float max(float[] x, int xo, int n) {
        return VectorReductions.max(x, xo, n);
    }

    @Override
    public boolean allFinite(float[] x, int xo, int n) {
        return VectorReductions.allFinite(x, xo, n);
    }

    @Override
    public void add(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, out, oo + i)
                    .add(FloatVector.fromArray(S, x, xo + i))
                    .intoArray(out, oo + i);
        }
        TAIL.add(out, oo + i, x, xo + i, n - i);
    }

    @Override
    public void addScaled(float[] out, int oo, float scale, float[] x, int xo, int n) {
        FloatVector factor = FloatVector.broadcast(S, scale);
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, x, xo + i)
                    .fma(factor, FloatVector.fromArray(S, out, oo + i))
                    .intoArray(out, oo + i);
        }
        TAIL.addScaled(out, oo + i, scale, x, xo + i, n - i);
    }

    @Override
    public void addScaled(float[] out, int oo, float scale, MemorySegment w, long at, int n) {
        VectorMapped.addScaled(out, oo, scale, w, at, n);
    }

    @Override
    public void scale(float[] out, int oo, float scale, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, out, oo + i).mul(scale).intoArray(out, oo + i);
        }
        TAIL.scale(out, oo + i, scale, n - i);
    }

    @Override
    public float expShifted(float[] out, int oo, float[] x, int xo, float shift, int n) {
        return n < L
                ? TAIL.expShifted(out, oo, x, xo, shift, n)
                : VectorReductions.expShifted(out, oo, x, xo, shift, n);
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
        float mean = VectorReductions.sum(x, xo, n) / n;
        float rstd = ScalarKernels.reciprocalRoot(VectorReductions.squaredDeviations(x, xo, mean, n) / n, epsilon);
        if (boff >= 0) {
            VectorNorms.normaliseWithBias(out, oo, x, xo, weight, wo, bias, boff, mean, rstd, n);
        } else {
            VectorNorms.normalise(out, oo, x, xo, weight, wo, mean, rstd, n);
        }
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
        float gradientMean = VectorReductions.dot(dy, dyo, weight, wo, n) / n;
        float along = VectorReductions.alongInput(dy, dyo, weight, wo, x, xo, mean, rstd, n) / n;
        if (dbo >= 0) {
            add(dbias, dbo, dy, dyo, n);
        }
        VectorNorms.backward(
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
        float rrms = ScalarKernels.reciprocalRoot(VectorReductions.dot(x, xo, x, xo, n) / n, epsilon);
        VectorNorms.normalise(out, oo, x, xo, weight, wo, 0f, rrms, n);
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
        float along = VectorReductions.alongInput(dy, dyo, weight, wo, x, xo, 0f, rrms, n) / n;
        VectorNorms.backward(dx, dxo, accumulate, dweight, dwo, dy, dyo, x, xo, weight, wo, 0f, rrms, 0f, along, n);
    }

    @Override
    public void geluTanh(float[] out, int oo, float[] x, int xo, int n) {
        if (n < L) {
            TAIL.geluTanh(out, oo, x, xo, n);
        } else {
            VectorActivations.geluTanh(out, oo, x, xo, n);
        }
    }

    @Override
    public void geluTanhBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        if (n < L) {
            TAIL.geluTanhBackward(dx, dxo, dy, dyo, x, xo, n);
        } else {
            VectorActivations.geluTanhBackward(dx, dxo, dy, dyo, x, xo, n);
        }
    }

    @Override
    public void geluErf(float[] out, int oo, float[] x, int xo, int n) {
        if (n < L) {
            TAIL.geluErf(out, oo, x, xo, n);
        } else {
            VectorActivations.geluErf(out, oo, x, xo, n);
        }
    }

    @Override
    public void geluErfBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        if (n < L) {
            TAIL.geluErfBackward(dx, dxo, dy, dyo, x, xo, n);
        } else {
            VectorActivations.geluErfBackward(dx, dxo, dy, dyo, x, xo, n);
        }
    }

    @Override
    public void siluGate(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n) {
        if (n < L) {
            TAIL.siluGate(out, oo, gate, go, up, uo, n);
        } else {
            VectorActivations.siluGate(out, oo, gate, go, up, uo, n);
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
        if (n < L) {
            TAIL.siluGateBackward(dgate, dgo, dup, duo, dy, dyo, gate, go, up, uo, n);
        } else {
            VectorActivations.siluGateBackward(dgate, dgo, dup, duo, dy, dyo, gate, go, up, uo, n);
        }
    }

    @Override
    public void rotate(float[] x, int xo, float[] cos, int co, float[] sin, int so, int half, boolean inverse) {
        float sign = inverse ? -1f : 1f;
        int i = 0;
        for (; i < S.loopBound(half); i += L) {
            FloatVector a = FloatVector.fromArray(S, x, xo + i);
            FloatVector b = FloatVector.fromArray(S, x, xo + half + i);
            FloatVector c = FloatVector.fromArray(S, cos, co + i);
            FloatVector s = FloatVector.fromArray(S, sin, so + i).mul(sign);
            a.fma(c, b.mul(s).neg()).intoArray(x, xo + i);
            b.fma(c, a.mul(s)).intoArray(x, xo + half + i);
        }
        ScalarKernels.rotatePairs(x, xo + i, xo + half + i, cos, co + i, sin, so + i, sign, half - i);
    }

    @Override
    public float softmax(float[] x, int xo, int n) {
        float largest = VectorReductions.max(x, xo, n);
        float total = expShifted(x, xo, x, xo, largest, n);
        scale(x, xo, 1f / total, n);
        return (float) (largest + StrictMath.log(total));
    }

    @Override
    public float crossEntropy(float[] logits, int lo, int n, int target, float scale) {
        if (target < 0 || target >= n) {
            throw new IllegalArgumentException("target: expected an index in [0, " + n + "), found " + target);
        }
        float largest = VectorReductions.max(logits, lo, n);
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
        VectorAdamW.update(
                p, po, gradient, go, gradientScale, m, mo, v, vo, n, lr, beta1, beta2, epsilon, decay, bias1, bias2);
    }
}
