package dev.athanor.corpus;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Training examples as a pure function of (seed, step), so that a resumed run sees what an undisturbed one would have
 * seen, and evaluation windows that count every token once.
 *
 * <p>Where the text consists of examples of one length, a row is a whole example and never parts of two.
 */
public final class Batches {
    private final TokenStore tokens;
    private final long seed;
    private final int context; // tokens of a row

    /** Distance of the places where a row may begin; 1 where it may begin anywhere. */
    private final int stride;

    public Batches(TokenStore tokens, long seed, int context) {
        this(tokens, seed, context, OptionalInt.empty());
    }

    /** @param example tokens of every example, at most {@code context} + 1, where the text consists of such */
    public Batches(TokenStore tokens, long seed, int context, OptionalInt example) {
        this.tokens = tokens;
        this.seed = seed;
        this.context = example.isPresent() ? example.getAsInt() - 1 : context;
        this.stride = example.orElse(1);
        if (this.context > context || this.context < 1) {
            throw new IllegalArgumentException(
                    "examples: expected 2 to context + 1 = " + (context + 1) + " tokens, found " + stride);
        }
    }

    /**
     * Rows of tokens and what comes after each.
     *
     * @param tokens [batch * length]
     * @param targets [batch * length], -1 where nothing is to be predicted
     * @param counted how many targets are not -1
     */
    public record Batch(int[] tokens, int[] targets, int batch, int length, int counted) {}

    /** {@code batch} windows at random places. */
    public Batch random(long step, int microBatch, int batch) {
        SplittableRandom random = random(step, microBatch);
        int[] in = new int[batch * context];
        int[] out = new int[batch * context];
        int[] window = new int[context + 1];
        for (int row = 0; row < batch; row++) {
            long from = stride * random.nextLong((tokens.size() - context - 1) / stride + 1);
            tokens.copy(from, window, 0, context + 1);
            System.arraycopy(window, 0, in, row * context, context);
            System.arraycopy(window, 1, out, row * context, context);
        }
        return new Batch(in, out, batch, context, batch * context);
    }

    /**
     * Seeds are drawn, not multiplied: SplittableRandom steps by a constant, and multiples of it give one stream,
     * shifted.
     */
    private SplittableRandom random(long step, int microBatch) {
        long ofRun = new SplittableRandom(seed).nextLong();
        long ofStep = new SplittableRandom(ofRun + step).nextLong();
        return new SplittableRandom(ofStep + microBatch);
    }

    /** How many tokens all {@link #evaluation} batches predict. */
    public long predictions() {
        return stride == 1 ? tokens.size() - 1 : tokens.size() / stride * context;
    }

    /** Number of {@link #evaluation} batches of {@code batch} rows. */
    public int evaluations(int batch) {
        long windows = (predictions() + context - 1) / context;
        return Math.toIntExact((windows + batch - 1) / batch);
    }

    /**
     * The {@code index}-th batch of consecutive windows; together they predict every token but the first, of the text
     * or of each example, exactly once.
     */
    public Batch evaluation(int index, int batch) {
        int[] in = new int[batch * context];
        int[] out = new int[batch * context];
        Arrays.fill(out, -1);
        int counted = 0;
        for (int row = 0; row < batch; row++) {
            long from = ((long) index * batch + row) * (stride == 1 ? context : stride);
            int count = (int) Math.max(0, Math.min(context, tokens.size() - 1 - from));
            if (count > 0) {
                tokens.copy(from, in, row * context, count);
                tokens.copy(from + 1, out, row * context, count);
                counted += count;
            }
        }
        return new Batch(in, out, batch, context, counted);
    }
}
