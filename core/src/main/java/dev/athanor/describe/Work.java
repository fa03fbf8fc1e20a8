package dev.athanor.describe;

import dev.athanor.model.ModelConfig;

/**
 * Floating-point operations, a multiply-add being two. Attention is counted over all positions of a context, as the
 * usual rules do, although a causal model needs half of them when it trains or reads; with a sliding window it is
 * counted over the window.
 */
public record Work(ModelConfig config, ParameterCounts counts) {
    /**
     * Forward and backward pass of one token: 6 N + 12 L H headSize T (PaLM, arXiv:2204.02311, appendix B), where N is
     * every parameter that is not only looked up. N includes norms and biases, as in the published figures; see
     * {@link #trainingPerTokenInProducts} for matrices alone.
     *
     * @param context T, tokens
     */
    public long trainingPerToken(int context) {
        return training(counts.total() - counts.lookedUp(), context);
    }

    /** The same rule with N counting matrix products alone: what speed is measured by. */
    public long trainingPerTokenInProducts(int context) {
        return training(counts.multiplied(), context);
    }

    private long training(long parameters, int context) {
        return Math.addExact(Math.multiplyExact(6, parameters), Math.multiplyExact(3, attention(context)));
    }

    /**
     * One more token, written with a KV cache after {@code context} positions, its own included: 2 per weight of every
     * matrix product, 4 L H headSize T for scores and sums.
     */
    public long generationPerToken(int context) {
        return Math.addExact(Math.multiplyExact(2, counts.multiplied()), attention(context));
    }

    /** Forward pass over {@code context} tokens at once with logits for each: the matrix products, exactly. */
    public long reading(int context) {
        return Math.multiplyExact(context, generationPerToken(context));
    }

    /** Scores and weighted sums of one token over {@code context} positions, all layers: 4 L H headSize T. */
    public long attention(int context) {
        int seen = Math.min(context, config.slidingWindow().orElse(context));
        return Math.multiplyExact(4L * config.layers(), Math.multiplyExact(config.queryWidth(), (long) seen));
    }
}
