package dev.athanor.kernel;

import dev.athanor.kernel.FlashAttention.Layout;
import java.util.Arrays;

/** How the work of {@link AttentionForward} is cut into units. Its objects are made once and used for every call. */
final class AttentionPlan {
    /** Rows of queries per block where heads share keys: packed keys and values are used this often. */
    private static final int ROWS = 256;

    /** Queries per block: more would compute too many scores that the causal mask throws away. */
    private static final int QUERIES = 128;

    static final HeadView NOTHING = new HeadView(new float[0], 0, 0, 0);

    private static final Text NO_TEXT = new Text();

    private Text[] texts = new Text[0];
    private Unit[] units = new Unit[0];

    /** A text's keys and values, and where its queries stand among them. */
    static final class Text {
        Layout layout = new Layout(0, 0, 0, 0, 0, 1, 1, 0, 0f);
        int keys;
        int firstPosition;
        HeadRows k = NOTHING;
        HeadRows v = NOTHING;

        void set(Layout layout, int keys, int firstPosition, HeadRows k, HeadRows v) {
            this.layout = layout;
            this.keys = keys;
            this.firstPosition = firstPosition;
            this.k = k;
            this.v = v;
        }

        void forget() {
            k = NOTHING;
            v = NOTHING;
        }

        /** First key the query at row i sees. */
        int firstKey(int i) {
            return (int) Math.max(0L, (long) firstPosition + i + 1 - layout.window());
        }

        /** One past the last key the query at row i sees. */
        int endKey(int i) {
            return Math.min(keys, firstPosition + i + 1);
        }
    }

    /** A block of rows: some queries of one sequence, for all heads that share one head of keys. */
    static final class Unit {
        Text text = NO_TEXT;
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

    /** Room for text {@code index}, of those from 0 on. */
    Text text(int index) {
        if (index >= texts.length) {
            int before = texts.length;
            texts = Arrays.copyOf(texts, Math.max(index + 1, 2 * texts.length));
            for (int i = before; i < texts.length; i++) {
                texts[i] = new Text();
            }
        }
        return texts[index];
    }

    /** Cuts the first {@code texts} texts into units; gives how many there are. */
    int make(int texts) {
        int count = 0;
        int row = 0;
        int saved = 0;
        for (int i = 0; i < texts; i++) {
            Text text = this.texts[i];
            Layout l = text.layout;
            int step = Math.min(QUERIES, Math.max(1, ROWS / l.group()));
            for (int sequence = 0; sequence < l.batch(); sequence++) {
                for (int kvHead = 0; kvHead < l.kvHeads(); kvHead++) {
                    for (int first = 0; first < l.queries(); first += step) {
                        Unit u = room(count++);
                        u.text = text;
                        u.sequence = sequence;
                        u.kvHead = kvHead;
                        u.first = first;
                        u.count = Math.min(step, l.queries() - first);
                        u.queryRow = row;
                        u.saved = saved;
                        u.firstSplit = text.firstKey(first) / AttentionForward.SPLIT;
                        u.splits = (text.endKey(first + u.count - 1) - 1) / AttentionForward.SPLIT + 1 - u.firstSplit;
                    }
                }
                row += l.queries();
                saved += l.heads() * l.queries();
            }
        }
        return count;
    }

    Unit unit(int index) {
        return units[index];
    }

    private Unit room(int index) {
        if (index == units.length) {
            units = Arrays.copyOf(units, Math.max(16, 2 * index));
            for (int i = index; i < units.length; i++) {
                units[i] = new Unit();
            }
        }
        return units[index];
    }
}
