package dev.athanor.train;

/**
 * Where a run stands.
 *
 * @param step steps done
 * @param share of the budget used, 0 to 1
 * @param loss mean loss of this step in nats per token
 * @param smoothedLoss its running mean
 * @param validationLoss newest, NaN before the first
 * @param learningRate AdamW's, as used in this step
 * @param gradientNorm global, before clipping
 * @param tokensPerSecond over the whole run, evaluation excluded
 * @param flopsPerSecond by the rule of {@link Flops}
 * @param seconds of the whole run, earlier parts of a resumed one included
 * @param secondsLeft estimate
 * @param evaluated whether {@code validationLoss} was measured after this step
 */
public record Progress(
        long step,
        double share,
        double loss,
        double smoothedLoss,
        double validationLoss,
        double learningRate,
        double gradientNorm,
        double tokensPerSecond,
        double flopsPerSecond,
        double seconds,
        double secondsLeft,
        boolean evaluated) {}
