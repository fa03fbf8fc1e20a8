package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MatrixEngine;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import java.util.Optional;

/** Products with a weight, wherever its numbers are. */
final class Matrices {
    private Matrices() {}

    /**
     * C[m, n] (+)= A[m, k] · op(W)[k, n], A and C without gaps between rows.
     *
     * @param weight [n, k] with {@code transposed}, else [k, n]
     */
    static void multiply(
            Compute compute,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            Value weight,
            boolean transposed,
            float[] c,
            int co,
            boolean accumulate) {
        switch (weight.weight()) {
            case Tensor w -> {
                int ldw = transposed ? k : n;
                arrays(compute, m, n, k, a, ao, k, false, w.data(), w.offset(), ldw, transposed, c, co, n, accumulate);
            }
            case Stored w ->
                compute.engineFor(w.type())
                        .ifPresentOrElse(
                                engine -> engine.multiply(m, n, k, a, ao, w, transposed, c, co, accumulate),
                                () -> compute.gemm()
                                        .multiply(m, n, k, a, ao, k, false, w, transposed, c, co, n, accumulate));
        }
    }

    /** As {@link dev.athanor.kernel.Gemm#multiply}, by whatever multiplies arrays here. */
    static void arrays(
            Compute compute,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int lda,
            boolean transposeA,
            float[] b,
            int bo,
            int ldb,
            boolean transposeB,
            float[] c,
            int co,
            int ldc,
            boolean accumulate) {
        Optional<MatrixEngine> engine = compute.engineForArrays();
        if (engine.isPresent()) {
            engine.get().multiply(m, n, k, a, ao, lda, transposeA, b, bo, ldb, transposeB, c, co, ldc, accumulate);
        } else {
            compute.gemm().multiply(m, n, k, a, ao, lda, transposeA, b, bo, ldb, transposeB, c, co, ldc, accumulate);
        }
    }

    /** y[n] = op(W)[n, k] · x[k], for W stored [n, k], or [k, n] with {@code inputMajor}. */
    static void multiplyOne(
            Compute compute, int n, int k, Value weight, boolean inputMajor, float[] x, int xo, float[] y, int yo) {
        switch (weight.weight()) {
            case Tensor w -> {
                if (inputMajor) {
                    compute.gemv().inputMajor(n, k, w.data(), w.offset(), x, xo, y, yo);
                } else {
                    compute.gemv().outputMajor(n, k, w.data(), w.offset(), x, xo, y, yo);
                }
            }
            case Stored w -> {
                if (inputMajor) {
                    compute.gemv().inputMajor(w, x, xo, y, yo);
                } else {
                    compute.gemv().outputMajor(w, x, xo, y, yo);
                }
            }
        }
    }

    /** y[j] = op(W) · x[j] for {@code count} rows of x, to the bit what {@link #multiplyOne} gives each. */
    static void multiplyEach(
            Compute compute,
            int count,
            int n,
            int k,
            Value weight,
            boolean inputMajor,
            float[] x,
            int xo,
            float[] y,
            int yo) {
        switch (weight.weight()) {
            case Tensor w -> {
                if (inputMajor) {
                    compute.manyGemv().inputMajor(n, k, w.data(), w.offset(), x, xo, count, y, yo);
                } else {
                    compute.manyGemv().outputMajor(n, k, w.data(), w.offset(), x, xo, count, y, yo);
                }
            }
            case Stored w -> {
                if (inputMajor) {
                    compute.manyGemv().inputMajor(w, x, xo, count, y, yo);
                } else {
                    compute.manyGemv().outputMajor(w, x, xo, count, y, yo);
                }
            }
        }
    }
}
