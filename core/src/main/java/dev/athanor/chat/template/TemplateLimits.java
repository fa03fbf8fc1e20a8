package dev.athanor.chat.template;

/**
 * What rendering a template may cost; templates come with checkpoints and are not trusted.
 *
 * @param maxSteps expressions and statements evaluated; work on long strings and lists counts by its length
 * @param maxDepth blocks and macro calls inside one another, and the nesting of given values
 * @param maxOutput UTF-16 characters of the result, and of every string on the way
 */
public record TemplateLimits(int maxSteps, int maxDepth, int maxOutput) {
    /** 1,000,000 steps, depth 100, 8 Mi characters. */
    public static final TemplateLimits DEFAULT = new TemplateLimits(1_000_000, 100, 8 << 20);

    /**
     * @throws IllegalArgumentException if a limit is not positive, or the depth is over 200, more than a thread's stack
     *     surely holds
     */
    public TemplateLimits {
        if (maxSteps < 1 || maxDepth < 1 || maxDepth > 200 || maxOutput < 1) {
            throw new IllegalArgumentException(
                    "Limits must be positive and the depth at most 200, but they are " + maxSteps + " steps, depth "
                            + maxDepth + " and " + maxOutput + " characters; start from TemplateLimits.DEFAULT.");
        }
    }
}
