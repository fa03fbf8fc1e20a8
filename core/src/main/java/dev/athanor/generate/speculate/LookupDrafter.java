package dev.athanor.generate.speculate;

import java.util.ArrayList;
import java.util.List;

/**
 * Guesses that the text goes on as it did before: finds the latest of the earlier places whose last tokens agree with
 * the newest tokens the longest, and repeats what came there. Costs next to nothing, and serves where a text quotes
 * itself or its prompt.
 */
final class LookupDrafter implements Drafter {
    /** One token that was there before says little about the next. */
    private static final int LEAST = 2;

    /** Tokens compared; among places that agree for longer, the latest is as good as any. */
    private static final int MOST = 16;

    @Override
    public List<Proposal> draft(int[] text, int count, int most) {
        int from = -1;
        int longest = LEAST - 1;
        for (int end = count - 1; end >= LEAST && longest < MOST; end--) {
            int agree = agreement(text, count, end);
            if (agree > longest) {
                longest = agree;
                from = end;
            }
        }
        List<Proposal> guesses = new ArrayList<>();
        for (int i = 0; from >= 0 && i < most; i++) {
            // Behind the end of the text its guesses go on: what is repeated may be shorter than what is wanted.
            int at = from + i;
            int token = at < count ? text[at] : guesses.get(at - count).token();
            guesses.add(Proposal.certain(token));
        }
        return guesses;
    }

    /** How many tokens before {@code end} are those before {@code count}. */
    private static int agreement(int[] text, int count, int end) {
        int n = 0;
        while (n < MOST && n < end && text[end - 1 - n] == text[count - 1 - n]) {
            n++;
        }
        return n;
    }

    @Override
    public double cost() {
        return 0;
    }
}
