package dev.athanor.generate.speculate;

/**
 * What guessing brought.
 *
 * @param drafted tokens guessed and checked
 * @param accepted of them what the model would have written itself
 * @param passes over the model's weights since the prompt was read, those without guesses included
 * @param tokens those passes gave
 */
public record SpeculationStats(long drafted, long accepted, long passes, long tokens) {
    /** Nothing guessed, nothing written. */
    public static final SpeculationStats NONE = new SpeculationStats(0, 0, 0, 0);

    /** 1 where no guess was right; 0 before the first pass. */
    public double tokensPerPass() {
        return passes == 0 ? 0 : (double) tokens / passes;
    }
}
