package dev.athanor.generate.constraint;

/**
 * How much a pattern or schema from a stranger may cost.
 *
 * @param maxStates states of all automata together
 * @param maxDepth nesting of groups in a pattern, of a schema, and of arrays and objects in a document
 * @param maxSchemaNodes schemas and values inside a schema, counted again for every combination they are used in
 * @param maxRepeat largest count in {@code {m,n}}, minItems, maxItems, minLength and maxLength
 */
public record ConstraintLimits(int maxStates, int maxDepth, int maxSchemaNodes, int maxRepeat) {
    /** For a server that strangers reach. */
    public static final ConstraintLimits DEFAULT = new ConstraintLimits(200_000, 64, 10_000, 10_000);

    /** @throws IllegalArgumentException when a limit is below 1 or {@code maxDepth} is above 1000 */
    public ConstraintLimits {
        if (maxStates < 1 || maxDepth < 1 || maxSchemaNodes < 1 || maxRepeat < 1 || maxDepth > 1000) {
            throw new IllegalArgumentException(
                    "limits of at least 1, and a depth of at most 1000, were expected, found "
                            + maxStates + ", " + maxDepth + ", " + maxSchemaNodes + " and " + maxRepeat
                            + "; see ConstraintLimits.DEFAULT");
        }
    }
}
