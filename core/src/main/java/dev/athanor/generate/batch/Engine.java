package dev.athanor.generate.batch;

import dev.athanor.generate.FinishReason;
import dev.athanor.generate.constraint.TokenMask;
import dev.athanor.generate.sample.DryBreakers;
import dev.athanor.generate.speculate.Proposer;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.generate.speculate.SpeculationStats;
import dev.athanor.generate.speculate.Speculator;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
    private final Counts counts = new Counts();
    private final Desk desk;
    private final Set<Written> finished = new HashSet<>(); // in this round
    private final Speculation.Start guessing;
    private final Thread thread;
    private Optional<TokenMask> mask = Optional.empty();

    /** @param endTokens ids that end a text, beside the tokenizer's control tokens */
    public Engine(Transformer model, Tokenizer tokenizer, Collection<Integer> endTokens, EngineLimits limits) {
        this(model, tokenizer, endTokens, limits, Speculation.none());
    }

    /**
     * An engine that guesses for a text as long as it is the only one. Guesses are made without chance, so every text
     * has the tokens it has without them.
     *
     * @throws IllegalArgumentException where a smaller model that guesses has another vocabulary
     */
    public Engine(
            Transformer model,
            Tokenizer tokenizer,
            Collection<Integer> endTokens,
            EngineLimits limits,
            Speculation speculation) {
        this.guessing = speculation.start(model, tokenizer);
        this.model = model;
        this.tokenizer = tokenizer;
        this.limits = limits;
        this.ends = new HashSet<>(endTokens);
        model.config().eosToken().ifPresent(ends::add);
        this.speakable = Math.min(model.config().vocabularySize(), tokenizer.vocabularySize());
        this.prefixes = new Prefixes(limits.prefixBytes());
        this.desk = new Desk(limits, counts);
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
        Written written = new Written(request, listener, tokenizer, all, breakersOf(request), this::mask, guesses());
        desk.take(written);
        return written;
    }

    private Optional<Speculator> guesses() {
        return guessing.text(() -> Proposer.likeliest(speakable));
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
        desk.take(() -> {
            try {
                result.complete(model.embedding(tokens));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    public EngineStats stats() {
        return desk.stats();
    }

    private void run() {
        try {
            while (desk.admit()) {
                desk.cancelled().forEach(text -> guarded(text, () -> text.end(FinishReason.CANCELLED)));
                desk.job().ifPresent(Runnable::run);
                desk.reading().ifPresent(this::readSome);
                step(desk.writing());
            }
        } finally {
            abandon();
        }
    }

    /** Reads one piece of a prompt. */
    private void readSome(Written text) {
        long began = System.nanoTime();
        try {
            if (!text.begun()) {
                begin(text);
            }
            boolean done = text.request().echo() ? readScored(text) : read(text);
            counts.promptNanos += System.nanoTime() - began;
            if (done) {
                desk.read(text);
            }
        } catch (RuntimeException e) {
            finished.add(text);
            guarded(text, () -> text.fail(e));
        }
        free(); // some texts end with their first token
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

    /** One token of every text being written. */
    private void step(List<Written> writing) {
        if (writing.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        try {
            if (writing.size() == 1) {
                Written only = writing.getFirst();
                SpeculationStats before = only.speculation();
                Tensor logits = only.next(model);
                counts.guessed(before, only.speculation());
                choose(only, logits.data(), logits.offset());
            } else {
                writing.forEach(Written::settle);
                int[] tokens = writing.stream().mapToInt(Written::last).toArray();
                Tensor logits = model.nextLogits(
                        tokens, writing.stream().map(Written::cache).toList());
                counts.steps++;
                int v = model.config().vocabularySize();
                for (int i = 0; i < tokens.length; i++) {
                    choose(writing.get(i), logits.data(), logits.offset() + i * v);
                }
            }
        } catch (RuntimeException e) {
            finished.addAll(writing);
            writing.forEach(text -> guarded(text, () -> text.fail(e)));
        }
        counts.completionNanos += System.nanoTime() - began;
        free();
    }

    private void free() {
        desk.free(finished);
        finished.clear();
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
        List<Written> all = desk.abandon();
        for (Optional<Runnable> job = desk.job(); job.isPresent(); job = desk.job()) {
            job.get().run();
        }
        EngineFullException reason = new EngineFullException("the engine was closed before this text was complete");
        all.forEach(text -> guarded(text, () -> text.fail(reason)));
    }

    /** Takes no more requests and waits for those there; whether all ended in time. */
    public boolean drain(Duration patience) {
        return desk.drain(patience);
    }

    /** Ends texts still being written with a failure; {@link #drain} first to let them end by themselves. */
    @Override
    public void close() {
        desk.close();
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
