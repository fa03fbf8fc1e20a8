package dev.athanor.chat;

/**
 * A conversation to learn from.
 *
 * @param tokens of the whole
 * @param learned whether each token is the assistant's own, so that its prediction counts
 */
public record Lesson(int[] tokens, boolean[] learned) {
    public Lesson {
        if (tokens.length != learned.length) {
            throw new IllegalArgumentException(
                    "lesson: expected one mark per token, found " + learned.length + " for " + tokens.length);
        }
        tokens = tokens.clone();
        learned = learned.clone();
    }

    @Override
    public int[] tokens() {
        return tokens.clone();
    }

    @Override
    public boolean[] learned() {
        return learned.clone();
    }
}
