package dev.athanor.generate.sample;

/**
 * Makes tokens less likely that would continue a repetition of the text's end (DRY, by p-e-w): the penalty grows as a
 * power of the repetition's length.
 */
final class Dry {
    /** ln of the largest F32, beyond which llama.cpp lets no penalty grow. */
    private static final double LARGEST = 88.7228391;

    private final DryBreakers breakers;
    private int[] repeats = new int[0];
    private int[] matches = new int[0];

    Dry(DryBreakers breakers) {
        this.breakers = breakers;
    }

    /**
     * Lowers scores.
     *
     * @param recent the text so far, of which the first {@code count} tokens are valid; ids outside [0, V) are ignored
     */
    void apply(Candidates c, SamplerSettings s, int vocabulary, int[] recent, int count) {
        int window = s.dryPenaltyLastN() < 0 ? count : Math.min(count, s.dryPenaltyLastN());
        if (s.dryMultiplier() == 0 || window == 0 || window <= s.dryAllowedLength()) {
            return;
        }
        int most = breakers.tokensSinceBreak(recent, count, window);
        if (most < s.dryAllowedLength()) {
            return;
        }
        matchEnd(recent, count, window);
        if (repeats.length < vocabulary) {
            repeats = new int[vocabulary];
        }
        for (int back = 1; back < window; back++) {
            int next = recent[count - back];
            int length = Math.min(matches[back], most);
            if (length >= s.dryAllowedLength() && next >= 0 && next < vocabulary) {
                repeats[next] = Math.max(repeats[next], length + 1);
            }
        }
        lower(c, s);
        for (int back = 1; back < window; back++) {
            int next = recent[count - back];
            if (next >= 0 && next < vocabulary) {
                repeats[next] = 0;
            }
        }
    }

    private void lower(Candidates c, SamplerSettings s) {
        double log = StrictMath.log(s.dryBase());
        int highest = s.dryBase() > 1.000001 ? (int) (LARGEST / log) : Integer.MAX_VALUE;
        for (int i = 0; i < c.size(); i++) {
            int length = repeats[c.id(i)] - 1;
            if (length >= 0 && !breakers.breaksAlone(c.id(i))) {
                int power = Math.min(length - s.dryAllowedLength(), highest);
                c.score(i, c.score(i) - s.dryMultiplier() * StrictMath.pow(s.dryBase(), power));
            }
        }
    }

    /**
     * matches[b]: how many tokens before the last b equal those that end the text, going backwards within the window.
     * The Z-function of the window read from its end, in time linear in its length.
     */
    private void matchEnd(int[] recent, int count, int window) {
        if (matches.length < window) {
            matches = new int[Math.max(window, 2 * matches.length)];
        }
        int last = count - 1;
        int start = 0;
        int end = 0;
        for (int b = 1; b < window; b++) {
            int n = b < end ? Math.min(end - b, matches[b - start]) : 0;
            while (b + n < window && recent[last - n] == recent[last - b - n]) {
                n++;
            }
            matches[b] = n;
            if (b + n > end) {
                start = b;
                end = b + n;
            }
        }
    }
}
