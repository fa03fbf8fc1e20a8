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
        rows(tape, l, (sequence, head, i, at) -> score(l, q, k, shares, sequence, head, i, at));
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

    private static void score(Layout l, HeadView q, HeadView k, float[] shares, int sequence, int head, int i, int at) {
        int group = l.heads() / l.kvHeads();
        int query = q.at(sequence * l.queries() + i, head);
        long last = (long) l.firstPosition() + i;
        for (int j = 0; j < l.keys(); j++) {
            if (j > last || j <= last - l.window()) {
                shares[at + j] = Float.NEGATIVE_INFINITY;
                continue;
            }
            int key = k.at(sequence * l.keys() + j, head / group);
            float sum = 0;
            for (int e = 0; e < l.headSize(); e++) {
                sum = Math.fma(q.data()[query + e], k.data()[key + e], sum);
            }
            shares[at + j] = sum * l.scale();
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
                for (int e = 0; e < l.headSize(); e++) {
                    out.data()[to + e] = Math.fma(share, v.data()[from + e], out.data()[to + e]);
                }
            }
        }
    }
}
