package dev.athanor.generate.speculate;

import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Gives one text's logits token by token, as if there were a pass for each, while one pass reads the newest token and
 * guesses behind it: as long as the tokens chosen are those guessed, the logits are there already. They are those of
 * {@link Transformer#nextLogits(int[], KvCache)} to the bit, whatever was guessed.
 *
 * <p>Between two calls the cache may hold guesses; {@link #settle} takes them out.
 */
public final class Speculator {
    private final Transformer model;
    private final Drafter drafter;
    private final DraftLength length;
    private final int most;
    private final Tensor alone; // logits [V] of a token read without guesses
    private List<Proposal> guesses = List.of();
    private Optional<Tensor> rows = Optional.empty(); // [guesses + 1, V]
    private int base; // tokens of the text that were known before the guesses
    private int right; // guesses that came true
    private long drafted;
    private long accepted;
    private long passes;
    private long tokens;

    /** @param most guesses for one pass */
    Speculator(Transformer model, Drafter drafter, int most) {
        this.model = model;
        this.drafter = drafter;
        this.length = new DraftLength(RowCost.of(model.parameters()), drafter.cost());
        this.most = most;
        this.alone = Tensor.zeros(model.config().vocabularySize());
    }

    /**
     * Logits for what comes after the first {@code count} tokens of {@code text}.
     *
     * @param text all of it, the prompt too, the newest not yet in {@code cache}
     * @param left tokens that may still be added to the text, at least 1
     * @return [V], good until the next call
     */
    public Tensor next(int[] text, int count, KvCache cache, int left) {
        tokens++;
        if (rows.isPresent() && right < guesses.size() && count == base + right + 1) {
            boolean guessed = text[count - 1] == guesses.get(right).token();
            if (guessed) {
                right++;
                accepted++;
                return row(right);
            }
            length.learn(right, true);
        } else {
            length.learn(right, false);
        }
        settle(cache);
        return pass(text, count, cache, left);
    }

    private Tensor pass(int[] text, int count, KvCache cache, int left) {
        int room = Math.min(left - 1, cache.capacity() - count);
        int want = length.next(Math.min(most, Math.max(0, room)));
        guesses = want == 0 ? List.of() : drafter.draft(text, count, want);
        passes++;
        drafted += guesses.size();
        base = count;
        right = 0;
        if (guesses.isEmpty()) {
            model.nextLogits(text[count - 1], cache, alone.data());
            return alone;
        }
        int[] read = new int[guesses.size() + 1];
        read[0] = text[count - 1];
        for (int i = 0; i < guesses.size(); i++) {
            read[i + 1] = guesses.get(i).token();
        }
        rows = Optional.of(model.eachLogits(read, cache));
        return row(0);
    }

    private Tensor row(int i) {
        Tensor all = rows.orElseThrow();
        int v = all.dim(-1);
        return Tensor.view(all.data(), all.offset() + i * v, Shape.of(v));
    }

    /** The guess for the token that is to be chosen from the logits given last. */
    public Optional<Proposal> proposal() {
        return rows.isPresent() && right < guesses.size() ? Optional.of(guesses.get(right)) : Optional.empty();
    }

    /** Takes guesses out of {@code cache}: what stays is the text without its newest token. */
    public void settle(KvCache cache) {
        if (rows.isPresent() && cache.length() > base + right) {
            cache.truncate(base + right);
        }
        rows = Optional.empty();
        guesses = List.of();
        right = 0;
    }

    public SpeculationStats stats() {
        return new SpeculationStats(drafted, accepted, passes, tokens);
    }
}
