package dev.athanor.op;

import dev.athanor.kernel.FlashAttention;
import dev.athanor.kernel.FlashAttention.Layout;
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
    public static Value cached(Tape tape, Layout layout, Heads q, HeadView keys, HeadView values) {
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
     * @param layout of one query per new word
     * @param keys with the new words'
     */
    public record Text(Layout layout, HeadView keys, HeadView values) {}

    /**
     * Attention of the new words of every text, each to the keys and values of its own. No gradients.
     *
     * @param q rows of all texts, one text after the other
     * @return z [rows, heads * headSize]
     */
    public static Value each(Tape tape, List<Text> texts, Heads q) {
        Layout first = texts.getFirst().layout();
        int rows = texts.stream().mapToInt(text -> text.layout().queries()).sum();
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
