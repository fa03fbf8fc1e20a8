package dev.athanor.server;

/** A request that cannot be answered, with the one sentence that says why. */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public Problem(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    /** HTTP status: 400 for what was asked wrongly, 403, 404, 413 for what needs more than is allowed. */
    public int status() {
        return status;
    }
}
