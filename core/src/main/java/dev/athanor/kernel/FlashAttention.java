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
    /** Rows of keys at whose multiples sums are cut; a cache must keep rows where they are modulo this many. */
    public static final int SPLIT = AttentionForward.SPLIT;

    /**
     * Queries and keys per block: two blocks of scores and their operands fit the second-level cache at head sizes up
     * to 256.
     */
    private static final int BLOCK = 128;

    private final Kernels kernels;
    private final Workers workers;
    private final AttentionForward forward;
    private final Scratch[] scratch;

    FlashAttention(Kernels kernels, MicroKernel micro, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.forward = new AttentionForward(kernels, micro, workers);
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
        final float[] sum = new float[BLOCK];

        Scratch(MicroKernel micro) {
            gemm = new SmallGemm(micro);
        }
    }

    /**
     * Writes z, and the log-sum-exp of every query's scores to {@code lse} [batch, heads, queries].
     *
     * @param z rows of heads, [batch * queries, heads * headSize]
     */
    public void forward(Layout l, HeadView q, HeadRows k, HeadRows v, HeadView z, float[] lse) {
        forward.run(List.of(l), q, List.of(k), List.of(v), z, lse);
    }

    /**
     * As {@link #forward} for the last queries of one sequence that grows, without making anything anew.
     *
     * @param l of which the keys and the first position are not looked at
     * @param keys how many there are now, the last query's own the last
     */
    public void forwardNext(Layout l, int keys, HeadView q, HeadRows k, HeadRows v, HeadView z, float[] lse) {
        forward.run(l, keys, q, k, v, z, lse);
    }

    /**
     * Queries of several texts, each to keys and values of its own, to the bit as {@link #forward} one by one.
     *
     * @param layouts one per text, with any number of queries
     * @param q the rows of the first text's queries, then the second's and so on
     * @param lse [heads, queries] of the first text, then of the second and so on
     */
    public void forwardEach(
            List<Layout> layouts,
            HeadView q,
            List<? extends HeadRows> k,
            List<? extends HeadRows> v,
            HeadView z,
            float[] lse) {
        forward.run(layouts, q, k, v, z, lse);
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
