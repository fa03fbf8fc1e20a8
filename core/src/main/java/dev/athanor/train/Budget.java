package dev.athanor.train;

/** How long a run lasts. */
public sealed interface Budget {
    /** Share used after {@code steps} steps, {@code tokens} tokens and {@code seconds} seconds. */
    double used(long steps, long tokens, double seconds);

    record Steps(long steps) implements Budget {
        public Steps {
            requirePositive("steps", steps);
        }

        @Override
        public double used(long done, long tokens, double seconds) {
            return (double) done / steps;
        }
    }

    record Tokens(long tokens) implements Budget {
        public Tokens {
            requirePositive("tokens", tokens);
        }

        @Override
        public double used(long steps, long done, double seconds) {
            return (double) done / tokens;
        }
    }

    /**
     * Wall-clock time; how many steps fit depends on the machine, so only budgets of steps or tokens repeat to the bit.
     */
    record Minutes(double minutes) implements Budget {
        public Minutes {
            requirePositive("minutes", minutes);
        }

        @Override
        public double used(long steps, long tokens, double seconds) {
            return seconds / (60 * minutes);
        }
    }

    private static void requirePositive(String what, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("budget: expected " + what + " above 0, found " + value);
        }
    }
}
