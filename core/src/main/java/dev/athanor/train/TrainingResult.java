package dev.athanor.train;

/**
 * How a run ended.
 *
 * @param trainLoss running mean at the end, nats per token
 * @param validationLoss over the whole validation text, nats per token; over the preset's evaluation windows when
 *     interrupted
 * @param validationBitsPerByte the same per byte of raw text: sum of -log2 p over all validation tokens, end-of-text
 *     included, over the bytes of the text
 * @param interrupted whether it was stopped before its budget was used
 */
public record TrainingResult(
        long steps,
        double seconds,
        double trainLoss,
        double validationLoss,
        double validationBitsPerByte,
        long parameters,
        boolean interrupted) {}
