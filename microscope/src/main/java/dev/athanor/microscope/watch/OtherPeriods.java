package dev.athanor.microscope.watch;

import dev.athanor.microscope.score.HeadScores;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import java.util.SplittableRandom;

/**
 * The induction score on texts that repeat after other numbers of tokens than the texts of {@link HeadScores}. A head
 * that looks up what followed the same token scores alike on both; one that looks a fixed number of tokens back scores
 * only where the text happens to repeat after that many.
 */
final class OtherPeriods {
    private static final int TEXTS = 8;

    /** Half a text of {@link HeadScores}, in a model that reads as much. */
    private static final int HALF = 24;

    private OtherPeriods() {}

    /** From one below half the text down to a quarter of it. */
    private static int period(int text, int half) {
        int other = Math.max(1, half / 2);
        return Math.max(2, half - 1 - text % other);
    }

    /** Mean share given to what followed the same token before [layers][heads]. */
    static double[][] induction(Transformer model) {
        ModelConfig c = model.config();
        int half = Math.min(HALF, c.contextLength() / 2);
        int length = 2 * half;
        SplittableRandom random = new SplittableRandom(HeadScores.SEED);
        int[] tokens = new int[TEXTS * length];
        for (int text = 0; text < TEXTS; text++) {
            int period = period(text, half);
            for (int i = 0; i < length; i++) {
                int at = text * length + i;
                tokens[at] = i < period ? random.nextInt(c.vocabularySize()) : tokens[at - period];
            }
        }
        double[][] scores = new double[c.layers()][c.heads()];
        model.logits(tokens, TEXTS, length, new Probe() {
            @Override
            public boolean wants(Hook hook) {
                return hook.point() == HookPoint.PATTERN;
            }

            @Override
            public void visit(Hook hook, HookValue shares) {
                for (int head = 0; head < c.heads(); head++) {
                    scores[hook.layer()][head] = score(shares, head, half);
                }
            }
        });
        return scores;
    }

    /** @param shares [TEXTS, h, T, T] */
    private static double score(HookValue shares, int head, int half) {
        double sum = 0;
        for (int text = 0; text < TEXTS; text++) {
            int period = period(text, half);
            int words = 2 * half - period;
            for (int i = period; i < 2 * half; i++) {
                // All earlier places: from the second repetition on there are several.
                for (int key = i - period + 1; key > 0; key -= period) {
                    sum += key < i ? shares.get(text, head, i, key) / (double) words / TEXTS : 0;
                }
            }
        }
        return sum;
    }
}
