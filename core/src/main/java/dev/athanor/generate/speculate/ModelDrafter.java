package dev.athanor.generate.speculate;

import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Guesses what a smaller model would write. Where the text is longer than that model's context, it reads the latest
 * half of it anew: its guesses may be worse for it, but never wrong.
 */
final class ModelDrafter implements Drafter {
    private final Transformer model;
    private final KvCache cache;
    private final Proposer proposer;
    private final double cost;
    private int[] read = new int[0]; // the text that the cache is of, and perhaps more
    private int start; // of what is in the cache

    ModelDrafter(Transformer model, Proposer proposer, double cost) {
        this.model = model;
        this.cache = model.newCache(model.config().contextLength());
        this.proposer = proposer;
        this.cost = cost;
    }

    @Override
    public List<Proposal> draft(int[] text, int count, int most) {
        int n = Math.min(most, cache.capacity() - Math.max(1, cache.capacity() / 2) + 1); // the last is not read
        int[] grown = Arrays.copyOf(text, count + n);
        goBack(text, count);
        if (count + n - 1 - start > cache.capacity()) {
            forget(Math.max(0, count - Math.max(1, cache.capacity() / 2)));
        }
        int[] unread = Arrays.copyOfRange(text, start + cache.length(), count);
        if (!knows(unread)) {
            return List.of();
        }
        Tensor logits = model.nextLogits(unread, cache);
        List<Proposal> guesses = new ArrayList<>();
        while (true) {
            int at = count + guesses.size();
            Proposal guess = proposer.propose(logits, grown, at);
            guesses.add(guess);
            grown[at] = guess.token();
            if (guesses.size() == n) {
                break;
            }
            logits = model.nextLogits(new int[] {guess.token()}, cache);
        }
        read = grown;
        return guesses;
    }

    /** A prompt can hold ids that belong to no token of the vocabulary. */
    private boolean knows(int[] tokens) {
        return Arrays.stream(tokens).allMatch(token -> token < model.config().vocabularySize());
    }

    /** Forgets what is not of the text, and the newest token, whose logits are wanted. */
    private void goBack(int[] text, int count) {
        int same = 0;
        int most = Math.min(cache.length(), count - 1 - start);
        while (same < most && read[start + same] == text[start + same]) {
            same++;
        }
        if (most > 0 && same > 0 && cache.reaches(same)) {
            cache.truncate(same);
        } else {
            forget(0);
        }
    }

    private void forget(int from) {
        cache.truncate(0);
        start = from;
    }

    @Override
    public double cost() {
        return cost;
    }
}
