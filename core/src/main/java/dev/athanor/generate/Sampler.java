package dev.athanor.generate;

import dev.athanor.generate.speculate.Proposal;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/** Chooses tokens from logits as a {@link Sampling} says. One instance serves one text: it counts draws. */
public final class Sampler {
    private final Sampling sampling;
    private final SplittableRandom random;

    public Sampler(Sampling sampling) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
    }

    /**
     * The next token.
     *
     * @param logits [V]; not changed
     * @param recent tokens so far, of which the first {@code count} are valid
     * @throws IllegalStateException where a logit is not finite
     */
    public int choose(Tensor logits, int[] recent, int count) {
        return choose(logits, recent, count, Optional.empty());
    }

    /**
     * The next token, that of {@code proposal} as often as the distribution allows. Whatever is proposed, tokens follow
     * the same distribution; a proposal made without chance also changes no draw.
     */
    public int choose(Tensor logits, int[] recent, int count, Optional<Proposal> proposal) {
        Left left = left(logits, recent, count);
        if (sampling.temperature() == 0) {
            return left.order[0];
        }
        Optional<Proposal> drawn = proposal.filter(p -> !p.certain());
        return drawn.isPresent()
                ? left.order[drawn.get().draw(left.order, left.p, left.p.length, random)]
                : draw(left.order, left.p);
    }

    /** The next token, and the probabilities it was drawn from. */
    public Proposal propose(Tensor logits, int[] recent, int count) {
        Left left = left(logits, recent, count);
        if (sampling.temperature() == 0) {
            return Proposal.certain(left.order[0]);
        }
        double[] all = new double[logits.size()];
        for (int i = 0; i < left.p.length; i++) {
            all[left.order[i]] = left.p[i];
        }
        return new Proposal(draw(left.order, left.p), all);
    }

    /** Ids by falling probability, of which the first have one. */
    private record Left(int[] order, double[] p) {}

    private Left left(Tensor logits, int[] recent, int count) {
        float[] scores = Softmax.finite(logits);
        penalise(scores, recent, count);
        if (sampling.temperature() == 0) {
            return new Left(new int[] {likeliest(scores)}, new double[] {1});
        }
        int[] order = Softmax.order(scores);
        int kept = sampling.topK() > 0 ? Math.min(sampling.topK(), order.length) : order.length;
        kept = keepTopP(scores, order, kept);
        kept = keepMinP(scores, order, kept);
        return new Left(order, Softmax.over(scores, order, kept, sampling.temperature()));
    }

    private void penalise(float[] scores, int[] recent, int count) {
        if (sampling.repetitionPenalty() == 1) {
            return;
        }
        int from = Math.max(0, count - sampling.repetitionWindow());
        double penalty = sampling.repetitionPenalty();
        for (int token : Arrays.stream(recent, from, count).distinct().toArray()) {
            if (token < scores.length) {
                scores[token] = (float) (scores[token] > 0 ? scores[token] / penalty : scores[token] * penalty);
            }
        }
    }

    private static int likeliest(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    private int keepTopP(float[] scores, int[] order, int kept) {
        if (sampling.topP() >= 1) {
            return kept;
        }
        double[] p = Softmax.over(scores, order, kept, 1);
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            sum += p[i];
            if (sum >= sampling.topP()) {
                return i + 1;
            }
        }
        return kept;
    }

    private int keepMinP(float[] scores, int[] order, int kept) {
        if (sampling.minP() <= 0) {
            return kept;
        }
        double least = scores[order[0]] + StrictMath.log(sampling.minP());
        int n = 1;
        while (n < kept && scores[order[n]] >= least) {
            n++;
        }
        return n;
    }

    private int draw(int[] order, double[] p) {
        double at = random.nextDouble();
        for (int i = 0; i < p.length; i++) {
            at -= p[i];
            if (at < 0) {
                return order[i];
            }
        }
        return order[p.length - 1];
    }
}
