package dev.athanor.generate.speculate;

import java.util.List;

/** Guesses how one text goes on. */
public interface Drafter {
    /**
     * What may come next.
     *
     * @param text tokens so far, of which the first {@code count} are valid
     * @param most guesses wanted, at least 1
     * @return at most that many, and none where there is nothing to go by; whether a guess is among them must not
     *     depend on what it is, or draws would not follow the model's distribution
     */
    List<Proposal> draft(int[] text, int count, int most);

    /** What a guess costs, in passes of the model that is guessed for. */
    double cost();
}
