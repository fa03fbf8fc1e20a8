package dev.athanor.kernel;

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

    /** Rows of queries per block where heads share keys: packed keys and values are used this often. */
    private static final int ROWS = 256;

    /** Queries per block: more would compute too many scores that the causal mask throws away. */
    private static final int QUERIES = 128;

    /** Floats of partial results, 4 MiB; beyond it there are enough blocks of rows to occupy all threads. */
    private static final int MOST_PARTIAL = 1 << 20;

    private final Kernels kernels;
    private final Workers workers;
    private final Scratch[] scratch;
    private Unit[] units = new Unit[0];
    private int[] partUnits = new int[0]; // which unit part p belongs to
    private float[] partial = new float[0];

    AttentionForward(Kernels kernels, MicroKernel micro, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.scratch = new Scratch[workers.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch(micro);
        }
    }

    /** A block of rows: some queries of one sequence, for all heads that share one head of keys. */
    private static final class Unit {
        int text;
        int sequence; // of the text's batch
        int kvHead;
        int first; // query of the sequence
        int count; // queries
        int queryRow; // row of the sequence's first query
        int saved; // where its log-sum-exps are
        int firstSplit;
        int splits;
        int firstPart; // among all parts
        int partial; // where its first part is kept
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
            if (total.length < partFloats(rows, size)) {
                total = new float[partFloats(rows, size)];
                part = new float[partFloats(rows, size)];
            }
        }
    }

    private static int partFloats(int rows, int size) {
        return rows * (size + 2);
    }

    /** All operands of one call. */
    private record Operands(
            List<Layout> layouts,
            HeadView q,
            List<? extends HeadRows> k,
            List<? extends HeadRows> v,
            HeadView z,
            float[] lse) {}

    /** Arguments as in {@link FlashAttention#forwardEach}. */
    void run(
            List<Layout> layouts,
            HeadView q,
            List<? extends HeadRows> k,
            List<? extends HeadRows> v,
            HeadView z,
            float[] lse) {
        Operands o = new Operands(layouts, q, k, v, z, lse);
        int count = plan(layouts);
        int parts = 0;
        long floats = 0;
        for (int i = 0; i < count; i++) {
            Unit u = units[i];
            Layout l = layouts.get(u.text);
            u.firstPart = parts;
            u.partial = (int) Math.min(floats, Integer.MAX_VALUE);
            parts += u.splits;
            floats += (long) u.splits * partFloats(u.count * l.group(), l.headSize());
        }
        if (parts == count || floats > MOST_PARTIAL) {
            workers.run(count, (task, worker) -> whole(o, units[task], scratch[worker]));
        } else {
            inParts(o, count, parts, (int) floats);
        }
    }

    /** Fills {@link #units}; gives how many there are. */
    private int plan(List<Layout> layouts) {
        int count = 0;
        int row = 0;
        int saved = 0;
        for (int text = 0; text < layouts.size(); text++) {
            Layout l = layouts.get(text);
            int step = Math.min(QUERIES, Math.max(1, ROWS / l.group()));
            for (int sequence = 0; sequence < l.batch(); sequence++) {
                for (int kvHead = 0; kvHead < l.kvHeads(); kvHead++) {
                    for (int first = 0; first < l.queries(); first += step) {
                        Unit u = unit(count++);
                        u.text = text;
                        u.sequence = sequence;
                        u.kvHead = kvHead;
                        u.first = first;
                        u.count = Math.min(step, l.queries() - first);
                        u.queryRow = row;
                        u.saved = saved;
                        u.firstSplit = l.firstKey(first) / SPLIT;
                        u.splits = (l.endKey(first + u.count - 1) - 1) / SPLIT + 1 - u.firstSplit;
                    }
                }
                row += l.queries();
                saved += l.heads() * l.queries();
            }
        }
        return count;
    }

    private Unit unit(int index) {
        if (index == units.length) {
            units = Arrays.copyOf(units, Math.max(16, 2 * index));
            for (int i = index; i < units.length; i++) {
                units[i] = new Unit();
            }
        }
        return units[index];
    }

    /** One unit by one thread, split after split. */
    private void whole(Operands o, Unit u, Scratch s) {
        Layout l = o.layouts.get(u.text);
        int rows = u.count * l.group();
        begin(o, l, u, s);
        part(o, l, u, u.firstSplit, s, s.total, 0);
        for (int split = 1; split < u.splits; split++) {
            part(o, l, u, u.firstSplit + split, s, s.part, 0);
            join(rows, l.headSize(), s.total, s.part, 0);
        }
        finish(o, l, u, s.total);
    }

    /** All splits of all units at the same time, then each unit's are put together. */
    private void inParts(Operands o, int count, int parts, int floats) {
        if (partUnits.length < parts) {
            partUnits = new int[parts];
        }
        for (int i = 0; i < count; i++) {
            Arrays.fill(partUnits, units[i].firstPart, units[i].firstPart + units[i].splits, i);
        }
        if (partial.length < floats) {
            partial = new float[floats];
        }
        workers.run(parts, (task, worker) -> {
            Unit u = units[partUnits[task]];
            Layout l = o.layouts.get(u.text);
            int split = task - u.firstPart;
            begin(o, l, u, scratch[worker]);
            int to = u.partial + split * partFloats(u.count * l.group(), l.headSize());
            part(o, l, u, u.firstSplit + split, scratch[worker], partial, to);
        });
        workers.run(count, (task, worker) -> {
            Unit u = units[task];
            Layout l = o.layouts.get(u.text);
            int rows = u.count * l.group();
            int size = partFloats(rows, l.headSize());
            scratch[worker].fit(rows, l.headSize());
            float[] total = scratch[worker].total;
            System.arraycopy(partial, u.partial, total, 0, size);
            for (int split = 1; split < u.splits; split++) {
                join(rows, l.headSize(), total, partial, u.partial + split * size);
            }
            finish(o, l, u, total);
        });
    }

    /** Packs the queries of a unit: row h * count + i is query i of head h of its group. */
    private static void begin(Operands o, Layout l, Unit u, Scratch s) {
        int rows = u.count * l.group();
        int size = l.headSize();
        s.fit(rows, size);
        for (int h = 0; h < l.group(); h++) {
            for (int i = 0; i < u.count; i++) {
                int from = o.q.at(u.queryRow + u.first + i, u.kvHead * l.group() + h);
                System.arraycopy(o.q.data(), from, s.queries, (h * u.count + i) * size, size);
            }
        }
        s.scores.packA(rows, size, s.queries, 0, size, false);
    }

    /** The keys of one split: weighted values, maxima and sums from {@code to[at]} on. */
    private void part(Operands o, Layout l, Unit u, int split, Scratch s, float[] to, int at) {
        int rows = u.count * l.group();
        int size = l.headSize();
        int max = at + rows * size;
        Arrays.fill(to, at, max, 0f);
        Arrays.fill(to, max, max + rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(to, max + rows, max + 2 * rows, 0f);
        int end = Math.min((split + 1) * SPLIT, l.endKey(u.first + u.count - 1));
        for (int key = Math.max(split * SPLIT, l.firstKey(u.first) / KEYS * KEYS); key < end; key += KEYS) {
            int width = Math.min(KEYS, end - key);
            int row = u.sequence * l.keys() + key;
            locate(o.k.get(u.text), row, width, u.kvHead, size, false, s);
            s.scores.packB(width, size, s.data, s.from, s.stride, true);
            s.scores.product(rows, width, size, s.shares, 0, KEYS, false);
            for (int i = 0; i < rows; i++) {
                pour(l, s.shares, to, at, i, rows, u.first + i % u.count, key, width);
            }
            locate(o.v.get(u.text), row, width, u.kvHead, size, kernels.sumsInRegisters(size), s);
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
    private void pour(Layout l, float[] shares, float[] to, int at, int i, int rows, int query, int key, int width) {
        int row = i * KEYS;
        int from = Math.max(0, l.firstKey(query) - key);
        int end = Math.min(width, l.endKey(query) - key);
        if (from >= end) {
            Arrays.fill(shares, row, row + width, 0f);
            return;
        }
        Arrays.fill(shares, row, row + from, 0f);
        Arrays.fill(shares, row + end, row + width, 0f);
        int size = l.headSize();
        int maxAt = at + rows * size + i;
        int sumAt = maxAt + rows;
        kernels.scale(shares, row + from, l.scale(), end - from);
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

    private void finish(Operands o, Layout l, Unit u, float[] total) {
        int rows = u.count * l.group();
        int size = l.headSize();
        for (int h = 0; h < l.group(); h++) {
            int head = u.kvHead * l.group() + h;
            for (int i = 0; i < u.count; i++) {
                int row = h * u.count + i;
                float max = total[rows * size + row];
                float sum = total[rows * (size + 1) + row];
                int to = o.z.at(u.queryRow + u.first + i, head);
                System.arraycopy(total, row * size, o.z.data(), to, size);
                kernels.scale(o.z.data(), to, 1f / sum, size);
                o.lse[u.saved + head * l.queries() + u.first + i] = max + (float) StrictMath.log(sum);
            }
        }
    }
}
