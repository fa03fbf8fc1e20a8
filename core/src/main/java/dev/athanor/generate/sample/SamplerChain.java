package dev.athanor.generate.sample;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses tokens from logits as {@link SamplerSettings} say. First the bias is added, then every step of the order
 * runs, then one candidate is drawn. With mirostat the order is not run: bias, temperature and mirostat are all. A
 * temperature of 0 without a range takes the likeliest token after bias, penalties and DRY. The same settings and
 * inputs give the same tokens on every machine.
 *
 * <p>One instance serves one text: it counts draws and remembers what mirostat and adaptive_p learnt. It is not safe
 * for use by several threads at once.
 */
public final class SamplerChain {
    private final SamplerSettings settings;
    private final List<SamplerName> order;
    private final SplittableRandom random;
    private final Candidates candidates = new Candidates();
    private final Penalties penalties = new Penalties();
    private final Dry dry;
    private final Mirostat mirostat;
    private final AdaptiveP adaptive;

    /** @param breakers of the vocabulary that the logits are of, made from the settings' {@code drySequenceBreakers} */
    public SamplerChain(SamplerSettings settings, DryBreakers breakers) {
        this.settings = settings;
        this.order = settings.order().stream().map(SamplerName::of).toList();
        this.random = new SplittableRandom(settings.seed());
        this.dry = new Dry(breakers);
        this.mirostat = new Mirostat(settings.mirostatTau(), settings.mirostatEta());
        this.adaptive = new AdaptiveP(settings.adaptiveTarget(), settings.adaptiveDecay());
    }

    /**
     * The next token.
     *
     * @param logits of which the first {@code size} are the vocabulary's; not changed
     * @param recent tokens so far, of which the first {@code count} are valid
     * @throws IllegalArgumentException where {@code size} or {@code count} does not fit its array
     * @throws IllegalStateException where a logit is not finite, or the bias forbids every token
     */
    public int choose(float[] logits, int size, int[] recent, int count) {
        return candidates.id(run(logits, size, null, recent, count));
    }

    /**
     * The next token out of some.
     *
     * @param allowed the ids that may be chosen, as a grammar leaves them; others are no candidates at all
     * @throws IllegalArgumentException as {@link #choose(float[], int, int[], int)}
     * @throws IllegalStateException as {@link #choose(float[], int, int[], int)}, and where none is allowed
     */
    public int choose(float[] logits, int size, BitSet allowed, int[] recent, int count) {
        return candidates.id(run(logits, size, Objects.requireNonNull(allowed), recent, count));
    }

    /**
     * The next token, as {@link #choose(float[], int, int[], int)} would choose it, and what it was chosen from.
     *
     * @param most how many candidates to tell of
     */
    public Choice chooseWithProbabilities(float[] logits, int size, int[] recent, int count, int most) {
        int at = run(logits, size, null, recent, count);
        int token = candidates.id(at);
        double probability = candidates.probability(at);
        int n = Math.min(Math.max(most, 0), candidates.size());
        candidates.sort(n);
        List<Choice.Candidate> told = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            told.add(new Choice.Candidate(candidates.id(i), candidates.probability(i)));
        }
        return new Choice(token, probability, told);
    }

    private int run(float[] logits, int size, @Nullable BitSet allowed, int[] recent, int count) {
        fits("logits", size, 1, logits.length);
        fits("recent tokens", count, 0, recent.length);
        candidates.fill(logits, size, allowed);
        bias();
        boolean single = settings.mirostat() > 0 || settings.dynatempRange() == 0;
        if (settings.temperature() == 0 && single) {
            return likeliest(size, recent, count);
        }
        if (settings.mirostat() > 0) {
            return mirostat(size);
        }
        for (SamplerName name : order) {
            step(name, size, recent, count);
        }
        return order.contains(SamplerName.ADAPTIVE_P)
                ? adaptive.draw(candidates, random)
                : Draw.position(candidates, random);
    }

    private static void fits(String what, int n, int least, int most) {
        if (n < least || n > most) {
            throw new IllegalArgumentException(
                    what + ": expected a count between " + least + " and " + most + ", found " + n);
        }
    }

    private void bias() {
        for (Map.Entry<Integer, Double> e : settings.logitBias().entrySet()) {
            int at = candidates.positionOf(e.getKey());
            if (at >= 0) {
                candidates.score(at, candidates.score(at) + e.getValue());
            }
        }
        if (candidates.size() == 0 || candidates.bestScore() == Double.NEGATIVE_INFINITY) {
            throw new IllegalStateException("next token: expected one that may be chosen, found all forbidden; "
                    + "let logit_bias or the grammar leave one");
        }
    }

    private int likeliest(int size, int[] recent, int count) {
        for (SamplerName name : order) {
            if (settings.mirostat() == 0 && (name == SamplerName.PENALTIES || name == SamplerName.DRY)) {
                step(name, size, recent, count);
            }
        }
        candidates.keepBest(1);
        candidates.softmax();
        return 0;
    }

    private int mirostat(int size) {
        Temperature.scale(candidates, settings.temperature());
        if (settings.mirostat() == 1) {
            mirostat.cutByZipf(candidates, size);
        } else {
            mirostat.cutBySurprise(candidates);
        }
        return mirostat.draw(candidates, random);
    }

    private void step(SamplerName name, int size, int[] recent, int count) {
        switch (name) {
            case PENALTIES -> penalties.apply(candidates, settings, size, recent, count);
            case DRY -> dry.apply(candidates, settings, size, recent, count);
            case TOP_N_SIGMA -> Truncation.topNSigma(candidates, settings.topNSigma());
            case TOP_K -> Truncation.topK(candidates, settings.topK());
            case TYPICAL -> Truncation.typical(candidates, settings.typicalP());
            case TOP_P -> Truncation.topP(candidates, settings.topP());
            case MIN_P -> Truncation.minP(candidates, settings.minP());
            case XTC -> Truncation.xtc(candidates, settings.xtcProbability(), settings.xtcThreshold(), random);
            case TEMPERATURE ->
                Temperature.apply(
                        candidates, settings.temperature(), settings.dynatempRange(), settings.dynatempExponent());
            case ADAPTIVE_P -> {} // always last, wherever it is named
        }
    }
}
