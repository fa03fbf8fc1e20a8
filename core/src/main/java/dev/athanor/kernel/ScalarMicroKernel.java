package dev.athanor.kernel;

/** The reference micro-kernel: what {@link MicroKernel} says, element by element. */
final class ScalarMicroKernel implements MicroKernel {
    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int tailRows() {
        return 1;
    }

    @Override
    public int columns() {
        return 8;
    }

    @Override
    public void tile(
            boolean tail, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        int rows = tail ? tailRows() : rows();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns(); j++) {
                float sum = accumulate ? c[co + i * ldc + j] : 0f;
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[ao + p * rows + i], b[bo + p * columns() + j], sum);
                }
                c[co + i * ldc + j] = sum;
            }
        }
    }
}
