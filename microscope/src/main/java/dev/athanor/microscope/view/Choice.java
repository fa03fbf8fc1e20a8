package dev.athanor.microscope.view;

/**
 * Which decision is explained: why {@code token}, and not {@code against}, comes after the word at {@code position}.
 *
 * @param against {@link #NOTHING} for the logit of {@code token} by itself
 */
public record Choice(int position, int token, int against) {
    public static final int NOTHING = -1;

    /** The likeliest token against the second. */
    public static Choice first(Thought thought, int position) {
        float[] logits = thought.logits(position);
        int best = 0;
        int second = -1;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                second = best;
                best = i;
            } else if (second < 0 || logits[i] > logits[second]) {
                second = i;
            }
        }
        return new Choice(position, best, second);
    }

    /** What is decided: the difference of the two logits, or the one logit. */
    public double logit(float[] logits) {
        return logits[token] - (against == NOTHING ? 0.0 : logits[against]);
    }

    /** The direction of the vote, with the last norm's scale frozen at what it was in the run. */
    public double[] direction(Thought thought) {
        double scale = thought.end().scale(thought.lastState(position));
        double[] direction = thought.end().direction(scale, token);
        if (against != NOTHING) {
            double[] other = thought.end().direction(scale, against);
            for (int i = 0; i < direction.length; i++) {
                direction[i] -= other[i];
            }
        }
        return direction;
    }
}
