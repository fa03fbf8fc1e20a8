package dev.athanor.tokenizer;

import java.util.List;

/**
 * How one piece of text became tokens.
 *
 * @param text the piece, its spaces as in the text
 * @param steps what it consisted of: first its symbols, then after each merge
 * @param ids what it is at last
 */
public record WordTrace(String text, List<Step> steps, List<Integer> ids) {
    /** The rank of a state that no merge made. */
    public static final int NO_MERGE = -1;

    /**
     * A state.
     *
     * @param rank of the merge that led here, 0 for the first learned
     * @param merged index of the part it made
     * @param parts for people
     */
    public record Step(int rank, int merged, List<String> parts) {
        public Step {
            parts = List.copyOf(parts);
        }
    }

    public WordTrace {
        steps = List.copyOf(steps);
        ids = List.copyOf(ids);
    }
}
