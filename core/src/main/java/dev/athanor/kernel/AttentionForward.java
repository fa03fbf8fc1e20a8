package dev.athanor.kernel;

import dev.athanor.kernel.AttentionPlan.Text;
import dev.athanor.kernel.AttentionPlan.Unit;
import dev.athanor.kernel.FlashAttention.Layout;
import java.util.Arrays;
import java.util.List;

/**
 * The forward pass of {@link FlashAttention}.
 *
 * <p>The heads that share keys and values go through them together: a few queries of each, all in one block of rows, so
 * that every key and value is read once for all of them. The keys are cut into splits of {@link #SPLIT}; a query's
 * splits each have a maximum, a sum and a weighted sum of values, which are put together in the order of the splits.
 * Since the cuts are at fixed rows, a query has the same bits whether its splits are worked on by one thread or many,
 * alone or in a block with others.
 */
final class AttentionForward {
    /** Keys per block: their scores with all rows, and the packed keys and values, fit the second-level cache. */
    private static final int KEYS = 128;

    /**
     * Keys per split: 2048 keys already occupy four threads for each head of keys, and what is put together is small.
     */
    static final int SPLIT = 4 * KEYS;

    /** Floats of partial results, 4 MiB; beyond it there are enough blocks of rows to occupy all threads. */
    private static final int MOST_PARTIAL = 1 << 20;

    private static final HeadView NOTHING = AttentionPlan.NOTHING;

    private final Kernels kernels;
    private final Workers workers;
    private final Scratch[] scratch;
    private final AttentionPlan plan = new AttentionPlan();
    private int[] partUnits = new int[0]; // which unit part p belongs to
    private float[] partial = new float[0];

    // Operands of the call that runs, and its loops, made once since every token runs them in every layer.
    private HeadView q = NOTHING;
    private HeadView z = NOTHING;
    private float[] lse = NOTHING.data();
    private final Workers.Task wholes = this::whole;
    private final Workers.Task parts = this::part;
    private final Workers.Task joins = this::join;

    AttentionForward(Kernels kernels, MicroKernel micro, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.scratch = new Scratch[workers.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch(micro);
        }
    }

    private static final class Scratch {
        final SmallGemm scores;
        final SmallGemm pours;
        float[] queries = new float[0]; // [rows, headSize]
        float[] shares = new float[0]; // [rows, KEYS]
        float[] stored = new float[0]; // keys or values as F32 [KEYS, headSize]
        float[] total = new float[0]; // values in their shares [rows, headSize], maxima [rows], sums [rows]
        float[] part = new float[0]; // as total, of one split

        // Where the block of keys or values in hand lies.
        float[] data = stored;
        int from;
        int stride;

        Scratch(MicroKernel micro) {
            scores = new SmallGemm(micro);
            pours = new SmallGemm(micro);
        }

        void fit(int rows, int size) {
            if (queries.length < rows * size) {
                queries = new float[rows * size];
            }
            if (shares.length < rows * KEYS) {
                shares = new float[rows * KEYS];
            }
            if (stored.length < KEYS * size) {
                stored = new float[KEYS * size];
            }
            scores.fit(rows, KEYS, size);
            pours.fit(rows, size, KEYS);
            if (total.length < partFloats(rows, size)) {
                total = new float[partFloats(rows, size)];
                part = new float[partFloats(rows, size)];
            }
        }
    }

    private static int partFloats(int rows, int size) {
        return rows * (size + 2);
    }

    /** Arguments as in {@link FlashAttention#forwardEach}. */
    void run(
            List<Layout> layouts,
            HeadView q,
            List<? extends HeadRows> k,
            List<? extends HeadRows> v,
            HeadView z,
            float[] lse) {
        for (int i = 0; i < layouts.size(); i++) {
            Layout l = layouts.get(i);
            plan.text(i).set(l, l.keys(), l.firstPosition(), k.get(i), v.get(i));
        }
        run(layouts.size(), q, z, lse);
    }

    /** Arguments as in {@link FlashAttention#forwardNext}. */
    void run(Layout l, int keys, HeadView q, HeadRows k, HeadRows v, HeadView z, float[] lse) {
        plan.text(0).set(l, keys, keys - l.queries(), k, v);
        run(1, q, z, lse);
    }

    private void run(int texts, HeadView q, HeadView z, float[] lse) {
        this.q = q;
        this.z = z;
        this.lse = lse;
        try {
            run(texts);
        } finally {
            this.q = NOTHING; // so that memory that somebody gives up is not kept here
            this.z = NOTHING;
            this.lse = NOTHING.data();
            for (int i = 0; i < texts; i++) {
                plan.text(i).forget();
            }
        }
    }

    private void run(int texts) {
        int count = plan.make(texts);
        int splits = 0;
        long floats = 0;
        for (int i = 0; i < count; i++) {
            Unit u = plan.unit(i);
            Layout l = u.text.layout;
            u.firstPart = splits;
            u.partial = (int) Math.min(floats, Integer.MAX_VALUE);
            splits += u.splits;
            floats += (long) u.splits * partFloats(u.count * l.group(), l.headSize());
        }
        if (splits == count || floats > MOST_PARTIAL) {
            workers.run(count, wholes);
        } else {
            inParts(count, splits, (int) floats);
        }
    }

    /** One unit by one thread, split after split. */
    private void whole(int unit, int worker) {
        Unit u = plan.unit(unit);
        Scratch s = scratch[worker];
        Layout l = u.text.layout;
        int rows = u.count * l.group();
        begin(l, u, s);
        split(l, u, u.firstSplit, s, s.total, 0);
        for (int split = 1; split < u.splits; split++) {
            split(l, u, u.firstSplit + split, s, s.part, 0);
            join(rows, l.headSize(), s.total, s.part, 0);
        }
        finish(l, u, s.total);
    }

    /** All splits of all units at the same time, then each unit's are put together. */
    private void inParts(int count, int splits, int floats) {
        if (partUnits.length < splits) {
            partUnits = new int[Math.max(splits, 2 * partUnits.length)];
        }
        for (int i = 0; i < count; i++) {
            Arrays.fill(partUnits, plan.unit(i).firstPart, plan.unit(i).firstPart + plan.unit(i).splits, i);
        }
        if (partial.length < floats) {
            partial = new float[Math.max(floats, 2 * partial.length)];
        }
        workers.run(splits, parts);
        workers.run(count, joins);
    }

    private void part(int part, int worker) {
        Unit u = plan.unit(partUnits[part]);
        Layout l = u.text.layout;
        int split = part - u.firstPart;
        begin(l, u, scratch[worker]);
        int to = u.partial + split * partFloats(u.count * l.group(), l.headSize());
        split(l, u, u.firstSplit + split, scratch[worker], partial, to);
    }

    private void join(int unit, int worker) {
        Unit u = plan.unit(unit);
        Layout l = u.text.layout;
        int rows = u.count * l.group();
        int size = partFloats(rows, l.headSize());
        scratch[worker].fit(rows, l.headSize());
        float[] total = scratch[worker].total;
        System.arraycopy(partial, u.partial, total, 0, size);
        for (int split = 1; split < u.splits; split++) {
            join(rows, l.headSize(), total, partial, u.partial + split * size);
        }
        finish(l, u, total);
    }

    /** Packs the queries of a unit: row h * count + i is query i of head h of its group. */
    private void begin(Layout l, Unit u, Scratch s) {
        int rows = u.count * l.group();
        int size = l.headSize();
        s.fit(rows, size);
        for (int h = 0; h < l.group(); h++) {
            for (int i = 0; i < u.count; i++) {
                int from = q.at(u.queryRow + u.first + i, u.kvHead * l.group() + h);
                System.arraycopy(q.data(), from, s.queries, (h * u.count + i) * size, size);
            }
        }
        s.scores.packA(rows, size, s.queries, 0, size, false);
    }

    /** The keys of one split: weighted values, maxima and sums from {@code to[at]} on. */
    private void split(Layout l, Unit u, int split, Scratch s, float[] to, int at) {
        int rows = u.count * l.group();
        int size = l.headSize();
        int max = at + rows * size;
        Arrays.fill(to, at, max, 0f);
        Arrays.fill(to, max, max + rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(to, max + rows, max + 2 * rows, 0f);
        int end = Math.min((split + 1) * SPLIT, u.text.endKey(u.first + u.count - 1));
        for (int key = Math.max(split * SPLIT, u.text.firstKey(u.first) / KEYS * KEYS); key < end; key += KEYS) {
            int width = Math.min(KEYS, end - key);
            int row = u.sequence * u.text.keys + key;
            locate(u.text.k, row, width, u.kvHead, size, false, s);
            s.scores.packB(width, size, s.data, s.from, s.stride, true);
            s.scores.product(rows, width, size, s.shares, 0, KEYS, false);
            for (int i = 0; i < rows; i++) {
                pour(u.text, s.shares, to, at, i, rows, u.first + i % u.count, key, width);
            }
            locate(u.text.v, row, width, u.kvHead, size, kernels.sumsInRegisters(size), s);
            if (kernels.sumsInRegisters(size)) {
                kernels.addScaledRows(to, at, size, s.shares, 0, KEYS, rows, s.data, s.from, s.stride, width, size);
            } else {
                s.pours.packB(size, width, s.data, s.from, s.stride, false);
                s.pours.packA(rows, width, s.shares, 0, KEYS, false);
                s.pours.product(rows, size, width, to, at, size, true);
            }
        }
    }

    /**
     * Says in {@code s} where a block of keys or values lies as F32: in place, or copied where it is stored in another
     * type, or where its rows are to be close together and are not (a power of two apart, they would drive each other
     * out of the first cache).
     */
    private void locate(HeadRows rows, int first, int width, int head, int size, boolean close, Scratch s) {
        if (rows instanceof HeadView view && (!close || view.rowStride() == size)) {
            s.data = view.data();
            s.from = view.at(first, head);
            s.stride = view.rowStride();
        } else {
            rows.read(kernels, first, width, head, size, s.stored, 0);
            s.data = s.stored;
            s.from = 0;
            s.stride = size;
        }
    }

    /** Turns row i of scores into unnormalised shares and rescales what was poured before when the maximum rises. */
    private void pour(Text t, float[] shares, float[] to, int at, int i, int rows, int query, int key, int width) {
        int row = i * KEYS;
        int from = Math.max(0, t.firstKey(query) - key);
        int end = Math.min(width, t.endKey(query) - key);
        if (from >= end) {
            Arrays.fill(shares, row, row + width, 0f);
            return;
        }
        Arrays.fill(shares, row, row + from, 0f);
        Arrays.fill(shares, row + end, row + width, 0f);
        int size = t.layout.headSize();
        int maxAt = at + rows * size + i;
        int sumAt = maxAt + rows;
        kernels.scale(shares, row + from, t.layout.scale(), end - from);
        float max = Math.max(to[maxAt], kernels.max(shares, row + from, end - from));
        float sum = kernels.expShifted(shares, row + from, shares, row + from, max, end - from);
        if (to[sumAt] > 0f && max > to[maxAt]) {
            float shrink = (float) StrictMath.exp(to[maxAt] - max);
            to[sumAt] *= shrink;
            kernels.scale(to, at + i * size, shrink, size);
        }
        to[maxAt] = max;
        to[sumAt] += sum;
    }

    /** Adds a split's part, from {@code part[at]} on, to the total of those before it. */
    private void join(int rows, int size, float[] total, float[] part, int at) {
        int max = rows * size;
        int sum = max + rows;
        for (int i = 0; i < rows; i++) {
            float partMax = part[at + max + i];
            float partSum = part[at + sum + i];
            if (partSum == 0f) { // sees none of these keys
                continue;
            }
            if (total[sum + i] == 0f || partMax > total[max + i]) {
                float shrink = total[sum + i] == 0f ? 0f : (float) StrictMath.exp(total[max + i] - partMax);
                kernels.scale(total, i * size, shrink, size);
                kernels.add(total, i * size, part, at + i * size, size);
                total[sum + i] = Math.fma(total[sum + i], shrink, partSum);
                total[max + i] = partMax;
            } else {
                float shrink = (float) StrictMath.exp(partMax - total[max + i]);
                kernels.addScaled(total, i * size, shrink, part, at + i * size, size);
                total[sum + i] = Math.fma(partSum, shrink, total[sum + i]);
            }
        }
    }

    private void finish(Layout l, Unit u, float[] total) {
        int rows = u.count * l.group();
        int size = l.headSize();
        for (int h = 0; h < l.group(); h++) {
            int head = u.kvHead * l.group() + h;
            for (int i = 0; i < u.count; i++) {
                int row = h * u.count + i;
                float max = total[rows * size + row];
                float sum = total[rows * (size + 1) + row];
                int to = z.at(u.queryRow + u.first + i, head);
                System.arraycopy(total, row * size, z.data(), to, size);
                kernels.scale(z.data(), to, 1f / sum, size);
                lse[u.saved + head * l.queries() + u.first + i] = max + (float) StrictMath.log(sum);
            }
        }
    }
}
