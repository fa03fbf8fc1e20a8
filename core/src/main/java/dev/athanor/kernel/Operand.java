package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.quant.Interleaved;
import dev.athanor.quant.InterleavedNumbers;
import dev.athanor.tensor.Stored;
import java.util.Arrays;

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

    /** Quantised rows of n laid out side by side in memory, which become F32 on their way into a panel. */
    record SideBySide(Interleaved rows) implements Operand {
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
            int done = 0;
            while (done < count) {
                int lane = (first + done) % Interleaved.ROWS;
                int lanes = Math.min(width - done, Interleaved.ROWS - lane);
                InterleavedNumbers.read(
                        rows, (first + done) / Interleaved.ROWS, lane, lanes, fromK, k, out, oo + done, width);
                done += lanes;
            }
            for (int p = 0; done < width && p < k; p++) {
                Arrays.fill(out, oo + p * width + done, oo + (p + 1) * width, 0f);
            }
        }
    }
}
