package dev.athanor.op;

import dev.athanor.kernel.FlashAttention.Layout;
import dev.athanor.kernel.HeadView;
import java.util.Arrays;
import java.util.function.Consumer;

/** Attention with its scores and shares written down [batch, heads, queries, keys]: for looking, not for speed. */
public final class OpenAttend {
    private OpenAttend() {}

    /**
     * Attention of every sequence to itself or to a cache. No gradients.
     *
     * @param scores sees the scores, minus infinity where a word may not look, and may change them
     * @param pattern sees the shares and may change them
     * @return z [batch * queries, heads * headSize]
     */
    public static Value apply(
            Tape tape,
            Layout l,
            HeadView q,
            HeadView k,
            HeadView v,
            Consumer<float[]> scores,
            Consumer<float[]> pattern) {
        if (tape.recording()) {
            throw new IllegalStateException("open attention: expected a pass without gradients, found one with");
        }
        float[] shares =
                new float[Math.multiplyExact(Math.multiplyExact(l.batch() * l.heads(), l.queries()), l.keys())];
        tape.compute().workers().run(l.batch() * l.heads(), (task, worker) -> scores(l, q, k, shares, task));
        scores.accept(shares);
        rows(tape, l, (sequence, head, i, at) -> softmax(shares, at, l.keys()));
        pattern.accept(shares);
        Value z = tape.value(l.batch() * l.queries(), l.heads() * l.headSize());
        HeadView out = Heads.separate(z, l.headSize()).data();
        rows(tape, l, (sequence, head, i, at) -> mix(l, v, out, shares, sequence, head, i, at));
        return z;
    }

    private interface Row {
        void at(int sequence, int head, int query, int shares);
    }

    private static void rows(Tape tape, Layout l, Row row) {
        tape.compute().workers().run(l.batch() * l.heads(), (task, worker) -> {
            for (int i = 0; i < l.queries(); i++) {
                row.at(task / l.heads(), task % l.heads(), i, (task * l.queries() + i) * l.keys());
            }
        });
    }

    /** One head of one sequence. Keys lie number by number, so that many of them are compared at once. */
    private static void scores(Layout l, HeadView q, HeadView k, float[] shares, int task) {
        int sequence = task / l.heads();
        int head = task % l.heads();
        int keys = l.keys();
        float[] columns = new float[l.headSize() * keys]; // [headSize, keys]
        for (int j = 0; j < keys; j++) {
            int key = k.at(sequence * keys + j, head / (l.heads() / l.kvHeads()));
            for (int e = 0; e < l.headSize(); e++) {
                columns[e * keys + j] = k.data()[key + e];
            }
        }
        for (int i = 0; i < l.queries(); i++) {
            int at = (task * l.queries() + i) * keys;
            int query = q.at(sequence * l.queries() + i, head);
            for (int e = 0; e < l.headSize(); e++) {
                addScaled(shares, at, q.data()[query + e] * l.scale(), columns, e * keys, keys);
            }
            long last = (long) l.firstPosition() + i;
            for (int j = 0; j < keys; j++) {
                if (j > last || j <= last - l.window()) {
                    shares[at + j] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    private static void addScaled(float[] to, int at, float factor, float[] from, int first, int count) {
        for (int j = 0; j < count; j++) {
            to[at + j] = Math.fma(factor, from[first + j], to[at + j]);
        }
    }

    private static void softmax(float[] shares, int at, int count) {
        float most = Float.NEGATIVE_INFINITY;
        for (int j = at; j < at + count; j++) {
            most = Math.max(most, shares[j]);
        }
        if (most == Float.NEGATIVE_INFINITY) {
            Arrays.fill(shares, at, at + count, 0f); // a word that may look nowhere takes nothing
            return;
        }
        double sum = 0;
        for (int j = at; j < at + count; j++) {
            shares[j] = (float) Math.exp(shares[j] - most);
            sum += shares[j];
        }
        for (int j = at; j < at + count; j++) {
            shares[j] = (float) (shares[j] / sum);
        }
    }

    private static void mix(Layout l, HeadView v, HeadView out, float[] shares, int sequence, int head, int i, int at) {
        int group = l.heads() / l.kvHeads();
        int to = out.at(sequence * l.queries() + i, head);
        Arrays.fill(out.data(), to, to + l.headSize(), 0f);
        for (int j = 0; j < l.keys(); j++) {
            float share = shares[at + j];
            if (share != 0) {
                int from = v.at(sequence * l.keys() + j, head / group);
                addScaled(out.data(), to, share, v.data(), from, l.headSize());
            }
        }
    }
}
