package dev.athanor.evaluate;

import dev.athanor.model.KvCache;
import dev.athanor.model.KvType;
import dev.athanor.model.Transformer;
import java.util.Arrays;

/** Cuts a stream of tokens into sliding windows, reads several at a time and adds up the loss of each token once. */
final class Windows {
    /** Told the sums after every forward pass. */
    interface Watch {
        void after(double nats, long counted);
    }

    private static final int NOT_COUNTED = -1;

    private final Transformer model;
    private final int context;
    private final int stride;
    private final int rows;
    private final Watch watch;

    // The tokens of the next window and the one behind it, which is its last target.
    private final int[] ids;
    private final int[] targets; // ids, or -1 where a token does not count or has been predicted
    private int held;

    private final int[] batchIds; // [rows, context]
    private final int[] batchTargets;
    private int batched;

    private double nats;
    private long counted;

    Windows(Transformer model, Perplexity.Options options, int batchTokens, Watch watch) {
        this.model = model;
        this.context = options.context();
        this.stride = options.stride();
        this.rows = Math.max(1, batchTokens / context);
        this.watch = watch;
        this.ids = new int[context + 1];
        this.targets = new int[context + 1];
        this.batchIds = new int[rows * context];
        this.batchTargets = new int[rows * context];
    }

    /** The next token; one that does not count is only read. */
    void add(int id, boolean counts) {
        ids[held] = id;
        targets[held] = counts ? id : NOT_COUNTED;
        held++;
        if (held == context + 1) {
            System.arraycopy(ids, 0, batchIds, batched * context, context);
            System.arraycopy(targets, 1, batchTargets, batched * context, context);
            batched++;
            slide();
            if (batched == rows) {
                flush();
            }
        }
    }

    private void slide() {
        held = context + 1 - stride;
        System.arraycopy(ids, stride, ids, 0, held);
        Arrays.fill(targets, 0, held, NOT_COUNTED);
    }

    private void flush() {
        if (batched > 0) {
            int size = batched * context;
            predict(Arrays.copyOf(batchIds, size), Arrays.copyOf(batchTargets, size), batched, context);
            batched = 0;
        }
    }

    private void predict(int[] tokens, int[] next, int batch, int length) {
        nats += model.kvType() == KvType.F32 ? model.loss(tokens, next, batch, length) : cached(tokens, next, length);
        counted += Arrays.stream(next).filter(target -> target >= 0).count();
        watch.after(nats, counted);
    }

    /** Window after window through a cache, whose type would not show otherwise. */
    private double cached(int[] tokens, int[] next, int length) {
        double sum = 0;
        KvCache cache = model.newCache(length);
        for (int at = 0; at < tokens.length; at += length) {
            cache.truncate(0);
            sum += model.loss(
                    Arrays.copyOfRange(tokens, at, at + length), Arrays.copyOfRange(next, at, at + length), cache);
        }
        return sum;
    }

    /** Predicts what is left. */
    void finish() {
        flush();
        if (held > 1) {
            predict(Arrays.copyOf(ids, held - 1), Arrays.copyOfRange(targets, 1, held), 1, held - 1);
            held = 0;
        }
    }

    double nats() {
        return nats;
    }

    long counted() {
        return counted;
    }
}
