package dev.athanor.microscope.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What may come after a word.
 *
 * @param rows the likeliest tokens, likeliest first
 * @param entropy of the whole distribution, in nats
 */
public record NextWords(int position, List<Row> rows, Figure entropy) {
    /**
     * @param probability over the whole vocabulary
     * @param logit before the softmax
     */
    public record Row(int token, Figure probability, Figure logit) {}

    /** Names: index [position, token], and [position]. */
    public static final String PROBABILITY = "next.probability";

    public static final String LOGIT = "next.logit";
    public static final String ENTROPY = "next.entropy";

    public NextWords {
        rows = List.copyOf(rows);
    }

    public static NextWords of(Thought thought, int position, int top) {
        float[] logits = thought.logits(position);
        double[] p = Shares.of(logits);
        List<Row> rows = new ArrayList<>();
        IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                .limit(top)
                .forEach(token -> rows.add(row(logits, p, position, token)));
        double entropy = 0;
        for (double share : p) {
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return new NextWords(position, rows, Figure.of(entropy, ENTROPY, position));
    }

    /** One token's row. */
    public static Row row(Thought thought, int position, int token) {
        float[] logits = thought.logits(position);
        return row(logits, Shares.of(logits), position, token);
    }

    private static Row row(float[] logits, double[] p, int position, int token) {
        return new Row(
                token,
                Figure.of(p[token], PROBABILITY, position, token),
                Figure.of(logits[token], LOGIT, position, token));
    }
}
