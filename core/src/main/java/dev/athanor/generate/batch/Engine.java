package dev.athanor.generate.batch;

import dev.athanor.generate.FinishReason;
import dev.athanor.generate.constraint.TokenMask;
import dev.athanor.generate.sample.DryBreakers;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes many texts at once. One thread reads prompts a piece at a time and, between two pieces, writes one token of
 * every text in one pass over the weights, so that a new prompt never stops the others for long. A text has the same
 * tokens alone and in company.
 *
 * <p>Owns the model's forward passes: nobody else may run them while the engine is open.
 */
public final class Engine implements AutoCloseable {
    /** Rows of logits that are in memory at once when a prompt is scored. */
    private static final int SCORED_ROWS = 64;

    /** Lists of sequence breakers whose tokens are remembered. */
    private static final int KEPT_BREAKERS = 16;

    private final Transformer model;
    private final Tokenizer tokenizer;
    private final EngineLimits limits;
    private final Set<Integer> ends;
    private final int speakable; // ids behind these are padding of the embedding
    private final Prefixes prefixes;
    private final Map<List<String>, DryBreakers> breakers = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Written> waiting = new ArrayDeque<>();
    private final Deque<Runnable> jobs = new ArrayDeque<>();
    private final List<Written> reading = new ArrayList<>();
    private final List<Written> writing = new ArrayList<>();
    private final Set<Written> finished = new HashSet<>(); // in this round
    private final Counts counts = new Counts();
    private final Thread thread;
    private Optional<TokenMask> mask = Optional.empty();
    private boolean closing;
    private boolean closed;

    /** @param endTokens ids that end a text, beside the tokenizer's control tokens */
    public Engine(Transformer model, Tokenizer tokenizer, Collection<Integer> endTokens, EngineLimits limits) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.limits = limits;
        this.ends = new HashSet<>(endTokens);
        model.config().eosToken().ifPresent(ends::add);
        this.speakable = Math.min(model.config().vocabularySize(), tokenizer.vocabularySize());
        this.prefixes = new Prefixes(limits.prefixBytes());
        this.thread = new Thread(this::run, "athanor-engine");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Asks for a text. Returns at once; the listener hears the rest.
     *
     * @throws IllegalArgumentException when it cannot be: a prompt that does not fit the context, with both numbers
     * @throws EngineFullException when the queue is full or the engine is closing
     */
    public Ticket submit(TextRequest request, TextListener listener) {
        int context = model.config().contextLength();
        int[] prompt = request.prompt();
        int room = request.maxTokens() == 0 ? 0 : 1;
        if (prompt.length > context - room) {
            throw new IllegalArgumentException(
                    "prompt: expected at most " + (context - room) + " tokens, the context of " + context
                            + (room == 0 ? "" : " with room for an answer") + ", found " + prompt.length);
        }
        for (int token : prompt) {
            if (token < 0 || token >= model.config().vocabularySize()) {
                throw new IllegalArgumentException("prompt: expected token ids from 0 to "
                        + (model.config().vocabularySize() - 1) + ", found " + token);
            }
        }
        Set<Integer> all = new HashSet<>(ends);
        all.addAll(request.endTokens());
        Written written = new Written(request, listener, tokenizer, all, breakersOf(request), this::mask);
        lock.lock();
        try {
            if (closing || waiting.size() >= limits.queued() + freeSeats()) {
                counts.refused++;
                throw new EngineFullException(
                        closing
                                ? "the server is closing and takes no more requests"
                                : "the queue is full: " + limits.queued() + " requests wait already; ask again later");
            }
            counts.requests++;
            waiting.add(written);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return written;
    }

    private int freeSeats() {
        return Math.max(0, limits.active() - reading.size() - writing.size());
    }

    private DryBreakers breakersOf(TextRequest request) {
        List<String> texts = request.sampling().drySequenceBreakers();
        if (request.sampling().dryMultiplier() == 0 || texts.isEmpty()) {
            return DryBreakers.none();
        }
        synchronized (breakers) {
            if (breakers.size() >= KEPT_BREAKERS && !breakers.containsKey(texts)) {
                breakers.clear();
            }
            return breakers.computeIfAbsent(texts, t -> DryBreakers.of(t, tokenizer));
        }
    }

    /** Which tokens a constraint allows; made when it is first needed. */
    public TokenMask mask() {
        synchronized (breakers) {
            if (mask.isEmpty()) {
                mask = Optional.of(new TokenMask(tokenizer));
            }
            return mask.get();
        }
    }

    /** Mean over the words of the normalised last states, of length 1: [d]. */
    public float[] embed(int[] tokens) {
        int context = model.config().contextLength();
        if (tokens.length == 0 || tokens.length > context) {
            throw new IllegalArgumentException(
                    "input: expected between 1 and " + context + " tokens, the context, found " + tokens.length);
        }
        CompletableFuture<float[]> result = new CompletableFuture<>();
        lock.lock();
        try {
            if (closing) {
                throw new EngineFullException("the server is closing and takes no more requests");
            }
            if (jobs.size() >= limits.queued() + limits.active()) {
                counts.refused++;
                throw new EngineFullException("the queue is full; ask again later");
            }
            jobs.add(() -> {
                try {
                    result.complete(model.embedding(tokens));
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    public EngineStats stats() {
        lock.lock();
        try {
            return counts.stats(reading.size() + writing.size(), waiting.size());
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (admit()) {
                drop(waiting);
                drop(reading);
                drop(writing);
                job();
                readSome();
                step();
            }
        } finally {
            abandon();
        }
    }

    /** Takes in what waits; waits when there is nothing to do. Whether to go on. */
    private boolean admit() {
        lock.lock();
        try {
            while (!closed && waiting.isEmpty() && jobs.isEmpty() && reading.isEmpty() && writing.isEmpty()) {
                changed.signalAll(); // who waits for the end of all texts
                changed.awaitUninterruptibly();
            }
            while (!waiting.isEmpty() && freeSeats() > 0) {
                reading.add(waiting.poll());
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what nobody wants any more. */
    private void drop(Collection<Written> texts) {
        List<Written> gone = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Written> all = texts.iterator(); all.hasNext(); ) {
                Written text = all.next();
                if (text.cancelled()) {
                    gone.add(text);
                    all.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        gone.forEach(text -> guarded(text, () -> text.end(FinishReason.CANCELLED)));
    }

    private void job() {
        Runnable job;
        lock.lock();
        try {
            job = jobs.poll();
        } finally {
            lock.unlock();
        }
        if (job != null) {
            job.run();
        }
    }

    /** Reads one piece of the prompt that came first. */
    private void readSome() {
        if (reading.isEmpty()) {
            return;
        }
        Written text = reading.getFirst();
        long began = System.nanoTime();
        try {
            if (!text.begun()) {
                begin(text);
            }
            boolean done = text.request().echo() ? readScored(text) : read(text);
            counts.promptNanos += System.nanoTime() - began;
            if (done) {
                move(text);
            }
        } catch (RuntimeException e) {
            remove(reading, text);
            guarded(text, () -> text.fail(e));
        }
    }

    private void begin(Written text) {
        int capacity = text.capacity(model.config().contextLength());
        // Two tokens at least are read: one alone is added up in another order.
        int most = text.request().echo() || !text.request().shared() ? 0 : text.prompt().length - 2;
        KvCache cache = prefixes.find(text.prompt(), most, capacity).orElseGet(() -> model.newCache(capacity));
        text.begin(cache);
        counts.cachedTokens += cache.length();
    }

    /** One piece; whether the prompt is read. */
    private boolean read(Written text) {
        int[] piece = piece(text, limits.chunk());
        counts.promptTokens += piece.length;
        if (piece.length < text.unread()) {
            model.read(piece, text.cache());
            return false;
        }
        Tensor logits = model.nextLogits(piece, text.cache());
        if (text.request().shared()) {
            prefixes.keep(text.prompt(), text.cache());
        }
        choose(text, logits.data(), logits.offset());
        return true;
    }

    private boolean readScored(Written text) {
        int first = text.cache().length();
        int[] piece = piece(text, SCORED_ROWS);
        counts.promptTokens += piece.length;
        Tensor logits = model.allLogits(piece, text.cache());
        int v = model.config().vocabularySize();
        text.scorePrompt(logits.data(), logits.offset(), v, first, piece.length);
        if (text.unread() > 0) {
            return false;
        }
        if (text.promptRead()) {
            finished.add(text);
            guarded(text, () -> text.end(FinishReason.LENGTH));
        } else {
            choose(text, logits.data(), logits.offset() + (piece.length - 1) * v);
        }
        return true;
    }

    /** The next tokens to read, never leaving one alone. */
    private static int[] piece(Written text, int most) {
        int from = text.cache().length();
        int count = Math.min(most, text.unread());
        if (text.unread() - count == 1) {
            count++;
        }
        return Arrays.copyOfRange(text.prompt(), from, from + count);
    }

    private void choose(Written text, float[] logits, int offset) {
        try {
            counts.completionTokens++;
            Optional<FinishReason> reason = text.choose(logits, offset, speakable);
            if (reason.isPresent()) {
                finished.add(text);
                text.end(reason.get());
            }
        } catch (RuntimeException e) {
            finished.add(text);
            guarded(text, () -> text.fail(e));
        }
    }

    /** From reading to writing, if it has not ended with its first token. */
    private void move(Written text) {
        lock.lock();
        try {
            reading.remove(text);
            if (!finished.remove(text)) {
                writing.add(text);
            }
        } finally {
            lock.unlock();
        }
    }

    private void remove(List<Written> texts, Written text) {
        lock.lock();
        try {
            texts.remove(text);
        } finally {
            lock.unlock();
        }
    }

    /** One token of every text being written. */
    private void step() {
        if (writing.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        try {
            int[] tokens = writing.stream().mapToInt(Written::last).toArray();
            List<KvCache> caches = writing.stream().map(Written::cache).toList();
            Tensor logits =
                    caches.size() == 1 ? model.nextLogits(tokens, caches.getFirst()) : model.nextLogits(tokens, caches);
            int v = model.config().vocabularySize();
            for (int i = 0; i < tokens.length; i++) {
                choose(writing.get(i), logits.data(), logits.offset() + i * v);
            }
        } catch (RuntimeException e) {
            finished.addAll(writing);
            List.copyOf(writing).forEach(text -> guarded(text, () -> text.fail(e)));
        }
        lock.lock();
        try {
            writing.removeAll(finished);
            finished.clear();
            counts.steps++;
            counts.completionNanos += System.nanoTime() - began;
        } finally {
            lock.unlock();
        }
    }

    /** A listener that throws at its last call harms nobody else. */
    private static void guarded(Written text, Runnable last) {
        try {
            last.run();
        } catch (RuntimeException e) {
            System.getLogger(Engine.class.getName())
                    .log(System.Logger.Level.DEBUG, "a listener of " + text.prompt().length + " tokens failed", e);
        }
    }

    private void abandon() {
        List<Written> all = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            closing = true;
            all.addAll(reading);
            all.addAll(writing);
            all.addAll(waiting);
            reading.clear();
            writing.clear();
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        while (!jobs.isEmpty()) {
            job();
        }
        EngineFullException reason = new EngineFullException("the engine was closed before this text was complete");
        all.forEach(text -> guarded(text, () -> text.fail(reason)));
    }

    /** Takes no more requests and waits for those there; whether all ended in time. */
    public boolean drain(Duration patience) {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
            long end = System.nanoTime() + patience.toNanos();
            while (!waiting.isEmpty() || !reading.isEmpty() || !writing.isEmpty() || !jobs.isEmpty()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // The engine says when it has nothing to do; between two requests it may not come to that.
                changed.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(20)));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends texts still being written with a failure; {@link #drain} first to let them end by themselves. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
