package dev.athanor.microscope.watch;

import dev.athanor.microscope.score.HeadScores;
import java.util.List;

/**
 * What was seen of a model after one step.
 *
 * @param step steps done
 * @param due the step the record was meant for; a smaller one where it was put off
 * @param loss mean cross-entropy on the probe batch, in nats
 * @param lens loss of the logit lens on the states before each layer and after the last, in nats
 * @param norms mean length of these states
 * @param heads in the order of the pass
 * @param seconds this record took
 * @param watchedSeconds the records that the cost counts took so far: all but those at a run's beginning and end
 * @param trainedSeconds all steps so far took
 */
public record WatchRecord(
        long step,
        long due,
        double loss,
        List<Double> lens,
        List<Double> norms,
        List<Head> heads,
        double seconds,
        double watchedSeconds,
        double trainedSeconds) {
    /**
     * One head.
     *
     * @param induction score, as are previous, duplicate and first, see {@link HeadScores}
     * @param elsewhere the induction score on texts that repeat after other numbers of tokens
     * @param entropy mean of its flasks' shares on the probe batch, in nats
     * @param effect how much the loss on the probe batch grows when the head gives its mean instead, in nats
     */
    public record Head(
            int layer,
            int head,
            double induction,
            double elsewhere,
            double previous,
            double duplicate,
            double first,
            double entropy,
            double effect) {
        /** What the head mostly does. */
        public HeadScores.Role role() {
            return HeadScores.role(induction, previous, duplicate, first);
        }

        /** The score that its role is named after; the largest of all where it has none. */
        public double score() {
            return switch (role()) {
                case INDUCTION -> induction;
                case PREVIOUS -> previous;
                case DUPLICATE -> duplicate;
                case FIRST -> first;
                case NONE -> Math.max(Math.max(induction, previous), Math.max(duplicate, first));
            };
        }
    }

    public WatchRecord {
        lens = List.copyOf(lens);
        norms = List.copyOf(norms);
        heads = List.copyOf(heads);
    }
}
