package dev.athanor.microscope.sense;

import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The occurrences of a word in the Tales whose states are most like those of the same word in a text, before every
 * layer and after the last: whether its king is crowned or stands on a board. Similarity is the cosine with the mean
 * over all occurrences taken off.
 */
public final class NearestOccurrences {
    /** The name of a similarity, index [state, position, occurrence]. */
    public static final String NAME = "sense.cosine";

    private static final int MOST_TOKENS = 64;
    private static final int MOST_OCCURRENCES = 120;

    private final List<Occurrence> occurrences;
    private final List<double[][]> states; // [state][occurrence][d]
    private final List<double[]> means; // [state][d]

    /** @param similarity its cosine to the word of the text */
    public record Near(Occurrence occurrence, Figure similarity) {}

    private NearestOccurrences(List<Occurrence> occurrences, List<double[][]> states) {
        this.occurrences = List.copyOf(occurrences);
        this.states = List.copyOf(states);
        this.means = states.stream().map(Senses::mean).toList();
    }

    /**
     * Reads the places in the tales where a word is written as {@code form}.
     *
     * @param form in small letters
     * @throws IllegalArgumentException when the tales have it less than twice, in one sentence
     */
    public static NearestOccurrences read(
            Microscope microscope, Tokenizer tokenizer, String form, long seed, int stories) {
        int most = Math.min(MOST_TOKENS, microscope.model().config().contextLength());
        List<Occurrence> found = Occurrence.ofForm(seed, stories, form, tokenizer, most, MOST_OCCURRENCES);
        if (found.size() < 2) {
            throw new IllegalArgumentException("senses: expected a word that " + stories + " tales have twice, found \""
                    + form + "\" " + found.size() + " times; choose another word of the text");
        }
        return new NearestOccurrences(found, Senses.states(microscope, found));
    }

    /** Places that were read, in the order of their numbers. */
    public List<Occurrence> occurrences() {
        return occurrences;
    }

    /** The {@code top} places most like the word at {@code position}, per state, likest first. */
    public List<List<Near>> of(Thought thought, int position, int top) {
        List<List<Near>> all = new ArrayList<>();
        for (int state = 0; state < states.size(); state++) {
            int at = state;
            all.add(IntStream.range(0, occurrences.size())
                    .mapToObj(i -> new Near(occurrences.get(i), similarity(thought, at, position, i)))
                    .sorted(Comparator.comparingDouble(
                            (Near near) -> -near.similarity().value()))
                    .limit(top)
                    .toList());
        }
        return List.copyOf(all);
    }

    /** One similarity. */
    public Figure similarity(Thought thought, int state, int position, int occurrence) {
        float[] word = state == 0
                ? Thought.row(thought.at(HookPoint.RESID_PRE, 0), position, width(thought))
                : Thought.row(thought.at(HookPoint.RESID_POST, state - 1), position, width(thought));
        double[] mean = means.get(state);
        double[] other = states.get(state)[occurrence];
        double[] a = new double[mean.length];
        double[] b = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            a[i] = word[i] - mean[i];
            b[i] = other[i] - mean[i];
        }
        return new Figure(NAME, List.of(state, position, occurrence), Senses.cosine(a, b));
    }

    private static int width(Thought thought) {
        return thought.config().width();
    }
}
