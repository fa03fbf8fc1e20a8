package dev.athanor.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * Causal attention, fused: z = softmax(q · kᵀ · scale) · v block by block with a running maximum and sum, so that no
 * [T, T] matrix exists (FlashAttention-2, arXiv:2307.08691). The backward pass computes each block of shares again from
 * q, k and the saved log-sum-exp.
 *
 * <p>Query i of a sequence stands at position {@code firstPosition + i} and sees keys up to its own position; with a
 * window w only the last w of them. Query head h reads key and value head {@code h / (heads / kvHeads)}.
 */
public final class FlashAttention {
    /**
     * Queries and keys per block: two blocks of scores and their operands fit the second-level cache at head sizes up
     * to 256.
     */
    private static final int BLOCK = 128;

    private final Kernels kernels;
    private final Workers workers;
    private final Scratch[] scratch;

    FlashAttention(Kernels kernels, MicroKernel micro, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.scratch = new Scratch[workers.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch(micro);
        }
    }

    /**
     * What attention is over.
     *
     * @param batch sequences, laid out one after the other
     * @param queries query rows per sequence
     * @param keys key rows per sequence
     * @param firstPosition position of a sequence's first query among its keys
     * @param window most keys a query sees; {@link Integer#MAX_VALUE} for all
     */
    public record Layout(
            int batch,
            int queries,
            int keys,
            int firstPosition,
            int window,
            int heads,
            int kvHeads,
            int headSize,
            float scale) {
        int group() {
            return heads / kvHeads;
        }

        /** First key the query at row i sees. */
        int firstKey(int i) {
            return (int) Math.max(0L, (long) firstPosition + i + 1 - window);
        }

        /** One past the last key the query at row i sees. */
        int endKey(int i) {
            return Math.min(keys, firstPosition + i + 1);
        }
    }

    private static final class Scratch {
        final SmallGemm gemm;
        final float[] shares = new float[BLOCK * BLOCK]; // scores, then shares of the flask [queries, keys]
        final float[] slopes = new float[BLOCK * BLOCK]; // their gradients
        final float[] max = new float[BLOCK];
        final float[] sum = new float[BLOCK];
        float[] out = new float[0]; // [queries, headSize]

        Scratch(MicroKernel micro) {
            gemm = new SmallGemm(micro);
        }

        float[] out(int size) {
            if (out.length < size) {
                out = new float[size];
            }
            return out;
        }
    }

    /**
     * Writes z, and the log-sum-exp of every query's scores to {@code lse} [batch, heads, queries].
     *
     * @param z rows of heads, [batch * queries, heads * headSize]
     */
    public void forward(Layout l, HeadView q, HeadView k, HeadView v, HeadView z, float[] lse) {
        int blocks = (l.queries + BLOCK - 1) / BLOCK;
        workers.run(l.batch * l.heads * blocks, (task, worker) -> {
            int block = task % blocks;
            int head = task / blocks % l.heads;
            int sequence = task / blocks / l.heads;
            int row = sequence * l.queries;
            forwardBlock(l, q, k, v, z, lse, row, sequence * l.keys, head, block * BLOCK, scratch[worker]);
        });
    }

    /**
     * New query rows of several texts, each to keys and values of its own, to the bit as {@link #forward} one by one.
     *
     * @param layouts of one sequence each
     * @param q rows of all texts, one text after the other
     * @param lse [heads, queries] of one text after the other
     */
    public void forwardEach(
            List<Layout> layouts, HeadView q, List<HeadView> k, List<HeadView> v, HeadView z, float[] lse) {
        int texts = layouts.size();
        int[] rows = new int[texts + 1];
        int[] tasks = new int[texts + 1];
        for (int i = 0; i < texts; i++) {
            Layout l = layouts.get(i);
            rows[i + 1] = rows[i] + l.queries;
            tasks[i + 1] = tasks[i] + l.heads * ((l.queries + BLOCK - 1) / BLOCK);
        }
        workers.run(tasks[texts], (task, worker) -> {
            int found = Arrays.binarySearch(tasks, task);
            int text = found < 0 ? -found - 2 : found;
            Layout l = layouts.get(text);
            int head = (task - tasks[text]) % l.heads;
            int first = (task - tasks[text]) / l.heads * BLOCK;
            forwardBlock(l, q, k.get(text), v.get(text), z, lse, rows[text], 0, head, first, scratch[worker]);
        });
    }

    /**
     * @param row of the sequence's first query
     * @param keyRow of the sequence's first key
     * @param first query of this block
     */
    private void forwardBlock(
            Layout l,
            HeadView q,
            HeadView k,
            HeadView v,
            HeadView z,
            float[] lse,
            int row,
            int keyRow,
            int head,
            int first,
            Scratch s) {
        int rows = Math.min(BLOCK, l.queries - first);
        int size = l.headSize;
        float[] out = s.out(BLOCK * size);
        Arrays.fill(out, 0, rows * size, 0f);
        Arrays.fill(s.max, 0, rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(s.sum, 0, rows, 0f);
        int kvHead = head / l.group();
        int q0 = q.at(row + first, head);
        int end = l.endKey(first + rows - 1);
        for (int key = l.firstKey(first) / BLOCK * BLOCK; key < end; key += BLOCK) {
            int width = Math.min(BLOCK, end - key);
            s.gemm.multiply(
                    rows,
                    width,
                    size,
                    q.data(),
                    q0,
                    q.rowStride(),
                    false,
                    k.data(),
                    k.at(keyRow + key, kvHead),
                    k.rowStride(),
                    true,
                    s.shares,
                    0,
                    BLOCK,
                    false);
            for (int i = 0; i < rows; i++) {
                pour(l, s, out, i, first + i, key, width);
            }
            s.gemm.multiply(
                    rows,
                    size,
                    width,
                    s.shares,
                    0,
                    BLOCK,
                    false,
                    v.data(),
                    v.at(keyRow + key, kvHead),
                    v.rowStride(),
                    false,
                    out,
                    0,
                    size,
                    true);
        }
        int saved = row * l.heads + head * l.queries + first;
        for (int i = 0; i < rows; i++) {
            int to = z.at(row + first + i, head);
            System.arraycopy(out, i * size, z.data(), to, size);
            kernels.scale(z.data(), to, 1f / s.sum[i], size);
            lse[saved + i] = s.max[i] + (float) StrictMath.log(s.sum[i]);
        }
    }

    /** Turns row i of scores into unnormalised shares and rescales what was poured before when the maximum rises. */
    private void pour(Layout l, Scratch s, float[] out, int i, int query, int key, int width) {
        float[] shares = s.shares;
        int row = i * BLOCK;
        int from = Math.max(0, l.firstKey(query) - key);
        int to = Math.min(width, l.endKey(query) - key);
        if (from >= to) {
            Arrays.fill(shares, row, row + width, 0f);
            return;
        }
        Arrays.fill(shares, row, row + from, 0f);
        Arrays.fill(shares, row + to, row + width, 0f);
        kernels.scale(shares, row + from, l.scale, to - from);
        float max = Math.max(s.max[i], kernels.max(shares, row + from, to - from));
        float sum = kernels.expShifted(shares, row + from, shares, row + from, max, to - from);
        if (s.sum[i] > 0f && max > s.max[i]) {
            float shrink = (float) StrictMath.exp(s.max[i] - max);
            s.sum[i] *= shrink;
            kernels.scale(out, i * l.headSize, shrink, l.headSize);
        }
        s.max[i] = max;
        s.sum[i] += sum;
    }

    /**
     * Writes (or, with {@code accumulate}, adds) the gradients of q, k and v from the gradient of z.
     *
     * @param z what {@link #forward} wrote
     * @param lse what {@link #forward} saved
     */
    public void backward(
            Layout l,
            HeadView q,
            HeadView k,
            HeadView v,
            HeadView z,
            float[] lse,
            HeadView dz,
            HeadView dq,
            HeadView dk,
            HeadView dv) {
        workers.run(l.batch * l.kvHeads, (task, worker) -> {
            int kvHead = task % l.kvHeads;
            int sequence = task / l.kvHeads;
            clear(l, dk, dv, sequence, kvHead);
            for (int h = 0; h < l.group(); h++) {
                int head = kvHead * l.group() + h;
                for (int first = 0; first < l.queries; first += BLOCK) {
                    backwardBlock(l, q, k, v, z, lse, dz, dq, dk, dv, sequence, head, first, scratch[worker]);
                }
            }
        });
    }

    private static void clear(Layout l, HeadView dk, HeadView dv, int sequence, int kvHead) {
        for (int key = 0; key < l.keys; key++) {
            int row = sequence * l.keys + key;
            Arrays.fill(dk.data(), dk.at(row, kvHead), dk.at(row, kvHead) + l.headSize, 0f);
            Arrays.fill(dv.data(), dv.at(row, kvHead), dv.at(row, kvHead) + l.headSize, 0f);
        }
    }

    private void backwardBlock(
            Layout l,
            HeadView q,
            HeadView k,
            HeadView v,
            HeadView z,
            float[] lse,
            HeadView dz,
            HeadView dq,
            HeadView dk,
            HeadView dv,
            int sequence,
            int head,
            int first,
            Scratch s) {
        int rows = Math.min(BLOCK, l.queries - first);
        int size = l.headSize;
        int kvHead = head / l.group();
        int q0 = sequence * l.queries + first;
        for (int i = 0; i < rows; i++) {
            s.sum[i] = kernels.dot(dz.data(), dz.at(q0 + i, head), z.data(), z.at(q0 + i, head), size);
        }
        int saved = (sequence * l.heads + head) * l.queries + first;
        int begin = l.firstKey(first) / BLOCK * BLOCK;
        int end = l.endKey(first + rows - 1);
        for (int key = begin; key < end; key += BLOCK) {
            int width = Math.min(BLOCK, end - key);
            int row = sequence * l.keys + key;
            s.gemm.multiply(
                    rows,
                    width,
                    size,
                    q.data(),
                    q.at(q0, head),
                    q.rowStride(),
                    false,
                    k.data(),
                    k.at(row, kvHead),
                    k.rowStride(),
                    true,
                    s.shares,
                    0,
                    BLOCK,
                    false);
            s.gemm.multiply(
                    rows,
                    width,
                    size,
                    dz.data(),
                    dz.at(q0, head),
                    dz.rowStride(),
                    false,
                    v.data(),
                    v.at(row, kvHead),
                    v.rowStride(),
                    true,
                    s.slopes,
                    0,
                    BLOCK,
                    false);
            for (int i = 0; i < rows; i++) {
                slope(l, s, i, first + i, key, width, lse[saved + i]);
            }
            // dv += sharesᵀ · dz, dq (+)= slopes · k, dk += slopesᵀ · q
            s.gemm.multiply(
                    width,
                    size,
                    rows,
                    s.shares,
                    0,
                    BLOCK,
                    true,
                    dz.data(),
                    dz.at(q0, head),
                    dz.rowStride(),
                    false,
                    dv.data(),
                    dv.at(row, kvHead),
                    dv.rowStride(),
                    true);
            s.gemm.multiply(
                    rows,
                    size,
                    width,
                    s.slopes,
                    0,
                    BLOCK,
                    false,
                    k.data(),
                    k.at(row, kvHead),
                    k.rowStride(),
                    false,
                    dq.data(),
                    dq.at(q0, head),
                    dq.rowStride(),
                    key > begin);
            s.gemm.multiply(
                    width,
                    size,
                    rows,
                    s.slopes,
                    0,
                    BLOCK,
                    true,
                    q.data(),
                    q.at(q0, head),
                    q.rowStride(),
                    false,
                    dk.data(),
                    dk.at(row, kvHead),
                    dk.rowStride(),
                    true);
        }
    }

    /** Row i: scores become shares, and their gradients dS = share (dShare - dz·z) scale. */
    private void slope(Layout l, Scratch s, int i, int query, int key, int width, float lse) {
        float[] shares = s.shares;
        float[] slopes = s.slopes;
        int row = i * BLOCK;
        int from = Math.min(width, Math.max(0, l.firstKey(query) - key));
        int to = Math.max(from, Math.min(width, l.endKey(query) - key));
        Arrays.fill(shares, row, row + from, 0f);
        Arrays.fill(shares, row + to, row + width, 0f);
        Arrays.fill(slopes, row, row + from, 0f);
        Arrays.fill(slopes, row + to, row + width, 0f);
        kernels.scale(shares, row + from, l.scale, to - from);
        kernels.expShifted(shares, row + from, shares, row + from, lse, to - from);
        float mean = s.sum[i];
        for (int j = row + from; j < row + to; j++) {
            slopes[j] = shares[j] * (slopes[j] - mean) * l.scale;
        }
    }
}
