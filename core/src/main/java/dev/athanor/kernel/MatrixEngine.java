package dev.athanor.kernel;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;

/**
 * Matrix products by other means than the vector kernels: faster, and rounded in its own, stated way. A product it does
 * not take is computed by {@link Gemm}.
 *
 * <p>One product at a time. Every row of a result depends on the same row of A and on B alone, not on the rows beside
 * it, so that a text does not depend on its company.
 */
public interface MatrixEngine extends AutoCloseable {
    /** One sentence: what it does here, how fast, and how it rounds. */
    String explanation();

    /** Whether it is faster than the vector kernels for weights stored as {@code type}. */
    boolean takes(DType type);

    /** Whether it is faster than the vector kernels where both operands are arrays, as in training. */
    boolean takesArrays();

    /**
     * C[m, n] (+)= A[m, k] · op(B)[k, n], A and C without gaps between rows.
     *
     * @param b [n, k] with {@code transposeB}, else [k, n]; of a type that {@link #takes}
     */
    void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            Stored b,
            boolean transposeB,
            float[] c,
            int co,
            boolean accumulate);

    /**
     * As {@link Gemm#multiply(int, int, int, float[], int, int, boolean, float[], int, int, boolean, float[], int, int,
     * boolean)}.
     */
    void multiply(
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
            boolean accumulate);

    @Override
    void close();
}
