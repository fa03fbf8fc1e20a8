package dev.athanor.generate.speculate;

import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Guesses what a smaller model would write. */
final class ModelDrafter implements Drafter {
    private final Transformer model;
    private final KvCache cache;
    private final Proposer proposer;
    private final double cost;
    private int[] read = new int[0]; // what is in the cache, and perhaps more

    ModelDrafter(Transformer model, Proposer proposer, double cost) {
        this.model = model;
        this.cache = model.newCache(model.config().contextLength());
        this.proposer = proposer;
        this.cost = cost;
    }

    @Override
    public List<Proposal> draft(int[] text, int count, int most) {
        int n = Math.min(most, cache.capacity() - count + 1); // the last guess is not read
        if (n < 1 || !knows(text, count)) {
            return List.of();
        }
        int[] grown = Arrays.copyOf(text, count + n);
        goBack(text, count);
        Tensor logits = model.nextLogits(Arrays.copyOfRange(text, cache.length(), count), cache);
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
    private boolean knows(int[] text, int count) {
        for (int i = 0; i < count; i++) {
            if (text[i] >= model.config().vocabularySize()) {
                return false;
            }
        }
        return true;
    }

    /** Forgets what is not the text's beginning, and the newest token, whose logits are wanted. */
    private void goBack(int[] text, int count) {
        int same = 0;
        int most = Math.min(cache.length(), count - 1);
        while (same < most && read[same] == text[same]) {
            same++;
        }
        cache.truncate(cache.reaches(same) ? same : 0);
    }

    @Override
    public double cost() {
        return cost;
    }
}
