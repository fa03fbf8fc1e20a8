package dev.athanor.generate.constraint;

/** A pattern or schema that cannot be enforced; the message says in one sentence where and why. */
public final class ConstraintException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String place;

    ConstraintException(String place, String problem) {
        super("At " + place + " " + problem + ".");
        this.place = place;
    }

    /**
     * Where: {@code #} and a JSON pointer into the schema, or {@code the pattern}, with an offset where one is known.
     */
    public String place() {
        return place;
    }
}
