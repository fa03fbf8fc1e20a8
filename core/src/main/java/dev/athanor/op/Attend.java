package dev.athanor.op;

import dev.athanor.kernel.FlashAttention;
import dev.athanor.kernel.FlashAttention.Layout;
import dev.athanor.kernel.HeadRows;
import dev.athanor.kernel.HeadView;
import java.util.List;

/** Attention as one step of the tape; {@link FlashAttention} does the work. */
public final class Attend {
    private Attend() {}

    /**
     * Attention of every sequence to itself.
     *
     * @return z [batch * length, heads * headSize]
     */
    public static Value apply(Tape tape, Layout layout, Heads q, Heads k, Heads v) {
        Value z = tape.value(layout.batch() * layout.queries(), layout.heads() * layout.headSize());
        Heads out = Heads.separate(z, layout.headSize());
        float[] lse = tape.array(layout.batch() * layout.heads() * layout.queries());
        FlashAttention attention = tape.compute().attention();
        attention.forward(layout, q.data(), k.data(), v.data(), out.data(), lse);
        tape.record(z, () -> {
            q.value().claim(tape.pool());
            k.value().claim(tape.pool());
            v.value().claim(tape.pool());
            attention.backward(
                    layout,
                    q.data(),
                    k.data(),
                    v.data(),
                    out.data(),
                    lse,
                    out.gradient(),
                    q.gradient(),
                    k.gradient(),
                    v.gradient());
        });
        return z;
    }

    /** Attention of new queries to all keys and values a cache holds. No gradients. */
    public static Value cached(Tape tape, Layout layout, Heads q, HeadRows keys, HeadRows values) {
        Value z = tape.value(layout.batch() * layout.queries(), layout.heads() * layout.headSize());
        float[] lse = tape.array(layout.batch() * layout.heads() * layout.queries());
        tape.compute()
                .attention()
                .forward(
                        layout,
                        q.data(),
                        keys,
                        values,
                        Heads.separate(z, layout.headSize()).data(),
                        lse);
        return z;
    }

    /** Keys and values to which those of the newest word were added. */
    public interface Past {
        /** How many rows of keys there are, the newest word's the last. */
        int keyCount();

        HeadRows keys();

        HeadRows values();
    }

    /**
     * As {@link #cached} for one new word, also when its pass is done again for the next one: {@code past} is asked
     * whenever the step runs.
     *
     * @param layout of which the keys and the first position are not looked at
     */
    public static Value next(Tape tape, Layout layout, Heads q, Past past) {
        Value z = tape.value(1, layout.heads() * layout.headSize());
        float[] lse = tape.array(layout.heads());
        HeadView queries = q.data();
        HeadView out = Heads.separate(z, layout.headSize()).data();
        FlashAttention attention = tape.compute().attention();
        tape.compute()
                .workers()
                .step(() ->
                        attention.forwardNext(layout, past.keyCount(), queries, past.keys(), past.values(), out, lse));
        return z;
    }

    /**
     * A text that new words are added to.
     *
     * @param layout of as many queries as there are new words
     * @param keys with the new words'
     */
    public record Text(Layout layout, HeadRows keys, HeadRows values) {}

    /**
     * Attention of the queries of several texts, one after the other, each to the keys and values of its own. No
     * gradients.
     *
     * @return z [queries of all texts, heads * headSize]
     */
    public static Value each(Tape tape, List<Text> texts, Heads q) {
        Layout first = texts.getFirst().layout();
        int rows = 0;
        for (Text text : texts) {
            rows += text.layout().batch() * text.layout().queries();
        }
        Value z = tape.value(rows, first.heads() * first.headSize());
        float[] lse = tape.array(rows * first.heads());
        tape.compute()
                .attention()
                .forwardEach(
                        texts.stream().map(Text::layout).toList(),
                        q.data(),
                        texts.stream().map(Text::keys).toList(),
                        texts.stream().map(Text::values).toList(),
                        Heads.separate(z, first.headSize()).data(),
                        lse);
        return z;
    }
}
