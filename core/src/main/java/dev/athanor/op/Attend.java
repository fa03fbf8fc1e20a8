package dev.athanor.op;

import dev.athanor.kernel.FlashAttention;
import dev.athanor.kernel.FlashAttention.Layout;
import dev.athanor.kernel.HeadRows;
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
