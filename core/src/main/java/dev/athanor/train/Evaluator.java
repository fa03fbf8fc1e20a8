package dev.athanor.train;

import dev.athanor.corpus.Batches;
import dev.athanor.corpus.TokenStore;
import dev.athanor.model.Transformer;

/** Validation loss over fixed consecutive windows, so that every evaluation asks the same questions. */
final class Evaluator {
    /** Rows per batch at least: a wider product is faster, and without a backward pass there is memory for it. */
    private static final int ROWS = 8;

    private final Transformer model;
    private final TokenStore tokens;
    private final Batches batches;
    private final int rows;

    Evaluator(Transformer model, TokenStore tokens, int batch) {
        this.model = model;
        this.tokens = tokens;
        this.batches = new Batches(tokens, 0, model.config().contextLength());
        this.rows = Math.max(batch, ROWS);
    }

    /**
     * What was measured.
     *
     * @param sum of -log p, nats
     * @param counted tokens it is over
     */
    record Evaluation(double sum, long counted) {
        double lossPerToken() {
            return sum / counted;
        }
    }

    /** Loss over the first {@code most} batches, 0 for all. */
    Evaluation measure(int most) {
        int all = batches.evaluations(rows);
        int count = most > 0 ? Math.min(most, all) : all;
        double sum = 0;
        long counted = 0;
        for (int i = 0; i < count; i++) {
            Batches.Batch b = batches.evaluation(i, rows);
            sum += model.loss(b.tokens(), b.targets(), b.batch(), b.length());
            counted += b.counted();
        }
        return new Evaluation(sum, counted);
    }

    /** Bits per byte of raw text, from the loss over a part or all of it. */
    double bitsPerByte(Evaluation e) {
        double bytesPerToken = (double) tokens.rawBytes() / (tokens.size() - 1);
        return e.lossPerToken() / Math.log(2) / bytesPerToken;
    }
}
