package dev.athanor.train;

import dev.athanor.corpus.Batches;
import dev.athanor.corpus.TokenStore;
import dev.athanor.model.Transformer;
import java.util.OptionalInt;

/** Validation loss over fixed consecutive windows, so that every evaluation asks the same questions. */
final class Evaluator {
    /** Rows per batch at least: a wider product is faster, and without a backward pass there is memory for it. */
    private static final int ROWS = 8;

    /** Tokens after which the mean loss no longer moves in its third digit, and nobody should wait for more. */
    private static final long ENOUGH = 1 << 20;

    private final Transformer model;
    private final TokenStore tokens;
    private final Batches batches;
    private final int rows;

    /** @param example tokens of every example, where the text consists of such, see {@link Batches} */
    Evaluator(Transformer model, TokenStore tokens, int batch, OptionalInt example) {
        this.model = model;
        this.tokens = tokens;
        this.batches = new Batches(tokens, 0, model.config().contextLength(), example);
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

    /** Loss over everything, or over about {@link #ENOUGH} tokens of it where there are more. */
    Evaluation measure() {
        return measure((int) Math.ceilDiv(ENOUGH, (long) rows * model.config().contextLength()));
    }

    /** Loss over at most {@code most} batches, 0 for all, spread evenly over the tokens. */
    Evaluation measure(int most) {
        int all = batches.evaluations(rows);
        int count = most > 0 ? Math.min(most, all) : all;
        double sum = 0;
        long counted = 0;
        for (int i = 0; i < count; i++) {
            Batches.Batch b = batches.evaluation((int) ((long) i * all / count), rows);
            sum += model.loss(b.tokens(), b.targets(), b.batch(), b.length());
            counted += b.counted();
        }
        return new Evaluation(sum, counted);
    }

    /** Bits per byte of raw text, from the loss over a part or all of it. */
    double bitsPerByte(Evaluation e) {
        double bytesPerToken = (double) tokens.rawBytes() / batches.predictions();
        return e.lossPerToken() / Math.log(2) / bytesPerToken;
    }
}
