package dev.athanor.model;

import org.jspecify.annotations.Nullable;

/**
 * Which token a pass that is done again and again reads, and behind which text: its steps ask here whenever they run.
 */
final class Turn {
    /** The token, [1]. */
    final int[] token = new int[1];

    private @Nullable KvCache cache;

    void begin(int token, KvCache cache) {
        this.token[0] = token;
        this.cache = cache;
    }

    /** Forgets the text, which may be given up while the steps are kept. */
    void end() {
        cache = null;
    }

    KvCache cache() {
        KvCache now = cache;
        if (now == null) {
            throw new IllegalStateException("turn: expected a text that a token is read behind, found none");
        }
        return now;
    }

    /** Where the token stands. */
    int position() {
        return cache().length();
    }
}
