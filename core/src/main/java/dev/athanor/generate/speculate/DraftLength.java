package dev.athanor.generate.speculate;

/**
 * How many tokens are worth guessing, by how many guesses were right lately: as many as promise the most tokens for
 * their time, and for a while none where none does. Counts decide, never the clock: the same text has the same guesses
 * every time.
 */
final class DraftLength {
    /** What a guess counts when the next one is known: the last twenty or so decide. */
    private static final double MEMORY = 0.95;

    /** Tokens written without guesses before it is tried again, at first and at most. */
    private static final int FIRST_PAUSE = 8;

    private static final int LAST_PAUSE = 128;

    /** Guesses in such a try. */
    private static final int TRY = 2;

    private final RowCost rows;
    private final double cost;
    private double right = 1; // two guesses, one of them right, before there are any
    private double known = 2;
    private int pause;
    private int nextPause = FIRST_PAUSE;

    /** @param cost of a guess, in passes of the model that checks it */
    DraftLength(RowCost rows, double cost) {
        this.rows = rows;
        this.cost = cost;
    }

    /** Guesses to ask for now, at most {@code most}. */
    int next(int most) {
        if (pause > 0) {
            pause--;
            return 0;
        }
        int best = best(most);
        if (best > 0) {
            nextPause = FIRST_PAUSE;
            return best;
        }
        pause = nextPause;
        nextPause = Math.min(LAST_PAUSE, 2 * nextPause);
        return Math.min(most, TRY);
    }

    /** The count with the most tokens for a pass's time, when each guess is right with the share of late. */
    private int best(int most) {
        double a = right / known;
        double tokens = 1;
        double reached = 1;
        double rate = 1;
        int best = 0;
        for (int n = 1; n <= most; n++) {
            reached *= a;
            tokens += reached;
            double perTime = tokens / (rows.pass(n) + n * cost);
            if (perTime > rate) {
                rate = perTime;
                best = n;
            }
        }
        return best;
    }

    /** The first {@code accepted} guesses were right, and the one behind them wrong where {@code wrong}. */
    void learn(int accepted, boolean wrong) {
        for (int i = 0; i < accepted; i++) {
            count(1);
        }
        if (wrong) {
            count(0);
        }
    }

    private void count(int hit) {
        right = MEMORY * right + hit;
        known = MEMORY * known + 1;
    }
}
