package dev.athanor.model;

import dev.athanor.kernel.Compute;
import dev.athanor.op.Linear;
import dev.athanor.op.Pool;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The passes of {@link Transformer} over tokens behind those that caches hold. */
final class CachedReading {
    /**
     * Most tokens read into a cache at once, so that a long prompt needs no more memory for its intermediate results
     * than this many. A multiple of attention's blocks: the bits do not depend on it.
     */
    static final int CHUNK = 512;

    private final ModelConfig config;
    private final Compute compute;
    private final Pool pool;
    private final Forward pass;
    private final Forward.Stack constant;
    private final NextToken next;

    CachedReading(ModelConfig config, Compute compute, Pool pool, Forward pass, Forward.Stack constant) {
        this.config = config;
        this.compute = compute;
        this.pool = pool;
        this.pass = pass;
        this.constant = constant;
        this.next = new NextToken(compute, pool, pass, constant);
    }

    /** Logits [V] of what comes after the last token. */
    Tensor nextLogits(int[] tokens, KvCache cache) {
        if (cache.length() + tokens.length > cache.capacity()) {
            throw new IllegalArgumentException("KV cache: expected at most " + cache.capacity() + " tokens, found "
                    + (cache.length() + tokens.length));
        }
        if (tokens.length == 1) {
            Tensor logits = Tensor.zeros(config.vocabularySize());
            next.read(tokens[0], cache, logits.data());
            return logits;
        }
        int at = 0;
        for (; tokens.length - at > CHUNK; at += CHUNK) {
            Tape tape = new Tape(compute, pool, false);
            reading(tape, Arrays.copyOfRange(tokens, at, at + CHUNK), cache);
            tape.clear();
        }
        int[] rest = at == 0 ? tokens : Arrays.copyOfRange(tokens, at, tokens.length);
        Tape tape = new Tape(compute, pool, false);
        Value x = reading(tape, rest, cache);
        Tensor last = Tensor.view(
                x.data().data(), x.data().offset() + (rest.length - 1) * config.width(), Shape.of(1, config.width()));
        Value logits = Linear.apply(tape, Value.constant(last), pass.head(constant.weights()), Optional.empty(), false);
        Tensor copy = Tensor.view(logits.data().toArray(), 0, Shape.of(config.vocabularySize()));
        tape.clear();
        return copy;
    }

    /** Logits [V] of what comes after one token, without making anything anew. */
    void nextLogits(int token, KvCache cache, float[] logits) {
        if (logits.length != config.vocabularySize()) {
            throw new IllegalArgumentException("logits: expected room for " + config.vocabularySize()
                    + " numbers, the model's vocabulary, found " + logits.length);
        }
        if (cache.length() == cache.capacity()) {
            throw new IllegalArgumentException(
                    "KV cache: expected at most " + cache.capacity() + " tokens, found " + (cache.length() + 1));
        }
        next.read(token, cache, logits);
    }

    void read(int[] tokens, KvCache cache) {
        Tape tape = new Tape(compute, pool, false);
        reading(tape, tokens, cache);
        tape.clear();
    }

    /** Logits [n, V] of what comes after each token, the last with the bits it has alone. */
    Tensor allLogits(int[] tokens, KvCache cache) {
        Tape tape = new Tape(compute, pool, false);
        Value x = reading(tape, tokens, cache);
        int d = config.width();
        Value head = pass.head(constant.weights());
        float[] all =
                Linear.apply(tape, x, head, Optional.empty(), false).data().toArray();
        Tensor last = Tensor.view(x.data().data(), x.data().offset() + (tokens.length - 1) * d, Shape.of(1, d));
        Value alone = Linear.apply(tape, Value.constant(last), head, Optional.empty(), false);
        int v = config.vocabularySize();
        System.arraycopy(alone.data().toArray(), 0, all, (tokens.length - 1) * v, v);
        tape.clear();
        return Tensor.view(all, 0, Shape.of(tokens.length, v));
    }

    /** Logits [wanted, V] of what comes after the pieces of which it is wanted. */
    Tensor readEach(List<Piece> pieces) {
        if (pieces.isEmpty() || pieces.stream().map(Piece::cache).distinct().count() < pieces.size()) {
            throw new IllegalArgumentException(
                    "pieces: expected those of at least one text, each with a cache of its own, found " + pieces.size()
                            + " of "
                            + pieces.stream().map(Piece::cache).distinct().count());
        }
        pieces.forEach(piece -> piece.cache().reserve(piece.size()));
        int[] tokens =
                pieces.stream().flatMapToInt(p -> Arrays.stream(p.tokens())).toArray();
        Tape tape = new Tape(compute, pool, false);
        Value x = pass.run(tape, constant, tokens, Run.ofPieces(pieces));
        pieces.forEach(piece -> piece.cache().advance(piece.size()));
        int d = config.width();
        int wanted = (int) pieces.stream().filter(Piece::last).count();
        float[] last = new float[wanted * d];
        int row = 0;
        int to = 0;
        for (Piece piece : pieces) {
            row += piece.size();
            if (piece.last()) {
                System.arraycopy(x.data().data(), x.data().offset() + (row - 1) * d, last, to, d);
                to += d;
            }
        }
        tape.clear();
        return wanted == 0
                ? Tensor.zeros(0, config.vocabularySize())
                : votes(Tensor.view(last, 0, Shape.of(wanted, d)));
    }

    /** Logits [n, V] of last states [n, d], each with the bits it has alone. */
    private Tensor votes(Tensor last) {
        Tape tape = Tape.ofRowsAlone(compute, pool);
        Value logits = Linear.apply(tape, Value.constant(last), pass.head(constant.weights()), Optional.empty(), false);
        Tensor copy = Tensor.view(logits.data().toArray(), 0, logits.data().shape());
        tape.clear();
        return copy;
    }

    /** One more token for each of several texts: [texts, V], each with the bits it has alone. */
    Tensor nextLogits(int[] tokens, List<KvCache> caches) {
        if (tokens.length != caches.size()) {
            throw new IllegalArgumentException(
                    "tokens: expected one for each of " + caches.size() + " texts, found " + tokens.length);
        }
        for (KvCache cache : caches) {
            if (cache.length() == cache.capacity()) {
                throw new IllegalArgumentException(
                        "KV cache: expected at most " + cache.capacity() + " tokens, found " + (cache.length() + 1));
            }
            cache.reserve(1);
        }
        Tape tape = Tape.ofRowsAlone(compute, pool);
        Value x = pass.run(tape, constant, tokens, Run.ofEach(caches));
        caches.forEach(cache -> cache.advance(1));
        Value logits = Linear.apply(tape, x, pass.head(constant.weights()), Optional.empty(), false);
        Tensor copy = Tensor.view(logits.data().toArray(), 0, Shape.of(tokens.length, config.vocabularySize()));
        tape.clear();
        return copy;
    }

    /** Logits [n, V] of what comes after each token, each with the bits of a pass of its own. */
    Tensor eachLogits(int[] tokens, KvCache cache) {
        int n = tokens.length;
        if (n == 0 || cache.length() + n > cache.capacity()) {
            throw new IllegalArgumentException("KV cache: expected between 1 and " + (cache.capacity() - cache.length())
                    + " more tokens, found " + n);
        }
        cache.reserve(n);
        Tape tape = Tape.ofRowsAlone(compute, pool);
        Value x = pass.run(tape, constant, tokens, Run.ofRows(n, cache));
        cache.advance(n);
        Value logits = Linear.apply(tape, x, pass.head(constant.weights()), Optional.empty(), false);
        Tensor copy = Tensor.view(logits.data().toArray(), 0, Shape.of(n, config.vocabularySize()));
        tape.clear();
        return copy;
    }

    /** Last states [n, d] of tokens behind those in {@code cache}, which holds them afterwards. */
    Value reading(Tape tape, int[] tokens, KvCache cache) {
        cache.reserve(tokens.length);
        Value x = pass.run(tape, constant, tokens, Run.cached(tokens.length, cache));
        cache.advance(tokens.length);
        return x;
    }
}
