package dev.athanor.model.hook;

/**
 * Parts of the forward pass that can be turned off to see what they do.
 *
 * @param causal whether a word sees only itself and the words before it
 * @param positions whether the model knows where in the text a word stands: learned rows are added, or queries and keys
 *     rotated
 */
public record Switches(boolean causal, boolean positions) {
    /** A pass as it was trained. */
    public static final Switches ON = new Switches(true, true);
}
