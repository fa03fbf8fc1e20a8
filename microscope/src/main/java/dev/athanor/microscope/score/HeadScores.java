package dev.athanor.microscope.score;

import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.view.Figure;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How much of its attention each head gives, on random tokens that are repeated once, to the word after the same word
 * before (induction), to the word before (previous), to the same word before (duplicate) and to the first word. A score
 * is not a cause: whether the head matters is another question, see the effects.
 *
 * @param heads in the order of the pass
 */
public record HeadScores(List<Row> heads) {
    /** What a head mostly does. */
    public enum Role {
        INDUCTION,
        PREVIOUS,
        DUPLICATE,
        FIRST,
        /** No score stands out. */
        NONE
    }

    /** Scores are means of shares over the places where there is something to look at; the first word has its own. */
    public record Row(
            int layer, int head, Figure induction, Figure previous, Figure duplicate, Figure first, Role role) {}

    /** Before the score's name, index [layer, head]. */
    public static final String SCORE = "score.";

    /** Of the random tokens, where nobody chooses another. */
    public static final long SEED = 1;

    /** Texts that are averaged, and words of each half. */
    private static final int TEXTS = 8;

    private static final int HALF = 24;

    /**
     * A head has a role when this much of its attention goes there. A head that looks everywhere alike gives a word of
     * a text of 48 some 3 %.
     */
    public static final double ROLE = 0.4;

    public HeadScores {
        heads = List.copyOf(heads);
    }

    /** @param seed of the random tokens */
    public static HeadScores of(Microscope microscope, long seed) {
        ModelConfig c = microscope.model().config();
        int half = Math.min(HALF, c.contextLength() / 2);
        if (half < 2) {
            throw new IllegalArgumentException(
                    "scores: expected a model with a context of at least 4 tokens, found " + c.contextLength());
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] tokens = new int[TEXTS * 2 * half];
        for (int text = 0; text < TEXTS; text++) {
            for (int i = 0; i < half; i++) {
                int at = text * 2 * half + i;
                tokens[at] = random.nextInt(c.vocabularySize());
                tokens[at + half] = tokens[at];
            }
        }
        double[][][] sums = new double[c.layers()][c.heads()][4];
        microscope.model().logits(tokens, TEXTS, 2 * half, new Probe() {
            @Override
            public boolean wants(Hook hook) {
                return hook.point() == HookPoint.PATTERN;
            }

            @Override
            public void visit(Hook hook, HookValue value) {
                addAll(value.copy(), half, sums[hook.layer()]);
            }
        });
        List<Row> rows = new ArrayList<>();
        for (int layer = 0; layer < c.layers(); layer++) {
            for (int head = 0; head < c.heads(); head++) {
                rows.add(row(layer, head, sums[layer][head]));
            }
        }
        return new HeadScores(rows);
    }

    private static Row row(int layer, int head, double[] sums) {
        List<Integer> at = List.of(layer, head);
        return new Row(
                layer,
                head,
                new Figure(SCORE + "induction", at, sums[0] / TEXTS),
                new Figure(SCORE + "previous", at, sums[1] / TEXTS),
                new Figure(SCORE + "duplicate", at, sums[2] / TEXTS),
                new Figure(SCORE + "first", at, sums[3] / TEXTS),
                role(sums[0] / TEXTS, sums[1] / TEXTS, sums[2] / TEXTS, sums[3] / TEXTS));
    }

    /** The role of four scores: the largest, if it is large enough. */
    public static Role role(double induction, double previous, double duplicate, double first) {
        double[] scores = {induction, previous, duplicate, first};
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return scores[best] < ROLE ? Role.NONE : Role.values()[best];
    }

    /** @param patterns [TEXTS, heads, T, T] */
    private static void addAll(Tensor patterns, int half, double[][] sums) {
        int size = patterns.size() / TEXTS;
        for (int text = 0; text < TEXTS; text++) {
            add(Tensor.view(patterns.data(), patterns.offset() + text * size, Shape.of(size)), half, sums);
        }
    }

    /** Adds the four means of one text's pattern [1, heads, T, T] with T twice {@code half}. */
    static void add(Tensor pattern, int half, double[][] sums) {
        int length = 2 * half;
        for (int head = 0; head < sums.length; head++) {
            int base = head * length * length;
            float[] shares = pattern.data();
            for (int i = half; i < length; i++) {
                int row = pattern.offset() + base + i * length;
                if (i - half + 1 < i) {
                    sums[head][0] += (double) shares[row + i - half + 1] / half;
                }
                sums[head][2] += (double) shares[row + i - half] / half;
            }
            for (int i = 2; i < length; i++) { // the word before the second is the first, which has a score of its own
                int row = pattern.offset() + base + i * length;
                sums[head][1] += (double) shares[row + i - 1] / (length - 2);
                sums[head][3] += (double) shares[row] / (length - 2);
            }
        }
    }
}
