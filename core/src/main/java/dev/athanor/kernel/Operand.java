package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.tensor.Stored;

/** The right operand of a matrix product, and how panels of it are made. */
sealed interface Operand {
    /** As {@link Packing#panel}: indices from {@code first}, k steps from {@code fromK}. */
    void pack(
            Tiles tiles, float[] out, int oo, int width, int first, int count, int fromK, int k, Gemm.Scratch scratch);

    /** F32 in an array; {@code kMajor} when its rows are steps of k. */
    record Floats(float[] x, int xo, int ld, boolean kMajor) implements Operand {
        @Override
        public void pack(
                Tiles tiles,
                float[] out,
                int oo,
                int width,
                int first,
                int count,
                int fromK,
                int k,
                Gemm.Scratch scratch) {
            tiles.pack(out, oo, width, x, xo, ld, kMajor, first, count, fromK, k, scratch.block());
        }
    }

    /** In any format in a file; the part that a panel needs becomes F32 in the thread's own memory. */
    record InFile(Stored stored, boolean kMajor) implements Operand {
        @Override
        public void pack(
                Tiles tiles,
                float[] out,
                int oo,
                int width,
                int first,
                int count,
                int fromK,
                int k,
                Gemm.Scratch scratch) {
            int rows = kMajor ? k : count;
            int length = kMajor ? count : k;
            long firstRow = kMajor ? fromK : first;
            long firstColumn = kMajor ? first : fromK;
            long columns = stored.shape().dim(-1);
            float[] part = scratch.rows(rows * length);
            for (int row = 0; row < rows; row++) {
                long from = (firstRow + row) * columns + firstColumn;
                Blocks.decode(stored.type(), stored.bytes(), from, length, part, row * length);
            }
            tiles.pack(out, oo, width, part, 0, length, kMajor, 0, count, 0, k, scratch.block());
        }
    }
}
