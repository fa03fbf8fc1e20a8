package dev.athanor.generate.batch;

import dev.athanor.generate.FinishReason;
import dev.athanor.generate.constraint.TokenMask;
import dev.athanor.generate.sample.DryBreakers;
import dev.athanor.generate.speculate.Proposer;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.generate.speculate.SpeculationStats;
import dev.athanor.generate.speculate.Speculator;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import java.time.Duration;
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
 * Writes many texts at once. One thread takes turns: it reads pieces of the prompts that wait in one pass over the
 * weights, and writes one token of every text in another, so that new prompts never stop the others for long. A text
 * has the same tokens alone and in company.
 *
 * <p>An error of the machine, such as too little memory, ends the texts of the pass it broke off with an
 * {@link EngineFailedException}; the engine goes on.
 *
 * <p>Owns the model's forward passes: nobody else may run them while the engine is open.
 */
public final class Engine implements AutoCloseable {
    /** Lists of sequence breakers whose tokens are remembered. */
    private static final int KEPT_BREAKERS = 16;

    private final Transformer model;
    private final Tokenizer tokenizer;
    private final Set<Integer> ends;
    private final Tensor alone; // logits [V] of a text that is written without company
    private final int speakable; // ids behind these are padding of the embedding
    private final Map<List<String>, DryBreakers> breakers = new HashMap<>();
    private final Counts counts = new Counts();
    private final Desk desk;
    private final PromptReader reader;
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
        this.ends = new HashSet<>(endTokens);
        model.config().eosToken().ifPresent(ends::add);
        this.alone = Tensor.zeros(model.config().vocabularySize());
        this.speakable = Math.min(model.config().vocabularySize(), tokenizer.vocabularySize());
        this.desk = new Desk(limits, counts);
        this.reader = new PromptReader(model, limits, counts, new Reading());
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
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(reason(e));
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

    /** Whether it takes texts and writes them; not after it was closed. */
    public boolean alive() {
        return thread.isAlive();
    }

    private void run() {
        try {
            while (admit()) {
                try {
                    turn();
                } catch (RuntimeException | Error e) {
                    giveUp(e);
                }
            }
        } finally {
            desk.close();
            abandon();
        }
    }

    private boolean admit() {
        try {
            return desk.admit();
        } catch (OutOfMemoryError e) {
            giveUp(e);
            return true;
        }
    }

    /** Ends every text there is. */
    private void giveUp(Throwable cause) {
        List<Written> open = desk.clear();
        open.removeAll(finished);
        failed(open, cause);
        finished.clear();
    }

    /** Some of the prompts and a token of every text. */
    private void turn() {
        desk.cancelled().forEach(text -> guarded(text, () -> text.end(FinishReason.CANCELLED)));
        desk.job().ifPresent(Runnable::run);
        reader.read(desk.reading());
        free(); // some texts end with their first token
        step(desk.writing());
        free();
    }

    /** What becomes of prompts. */
    private final class Reading implements PromptReader.Listener {
        @Override
        public void read(Written text, float[] logits, int offset) {
            desk.read(text);
            choose(text, logits, offset);
        }

        @Override
        public void ready(Written text) {
            desk.read(text);
        }

        @Override
        public void scored(Written text) {
            finished.add(text);
            guarded(text, () -> text.end(FinishReason.LENGTH));
        }

        @Override
        public void failed(List<Written> texts, Throwable reason) {
            Engine.this.failed(texts, reason);
        }
    }

    private void choose(Written text, float[] logits, int offset) {
        try {
            counts.completionTokens++;
            Optional<FinishReason> reason = text.choose(logits, offset, speakable);
            if (reason.isPresent()) {
                finished.add(text);
                text.end(reason.get());
            }
        } catch (RuntimeException | Error e) {
            failed(List.of(text), e);
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
                stepAlone(writing.getFirst());
            } else {
                stepTogether(writing);
            }
        } catch (RuntimeException | Error e) {
            failed(writing, e);
            return;
        }
        counts.completionNanos += System.nanoTime() - began;
    }

    private void stepAlone(Written only) {
        SpeculationStats before = only.speculation();
        Tensor logits = only.next(model, alone);
        counts.guessed(before, only.speculation());
        choose(only, logits.data(), logits.offset());
    }

    private void stepTogether(List<Written> writing) {
        writing.forEach(Written::settle);
        int[] tokens = writing.stream().mapToInt(Written::last).toArray();
        Tensor logits =
                model.nextLogits(tokens, writing.stream().map(Written::cache).toList());
        counts.steps++;
        int v = model.config().vocabularySize();
        for (int i = 0; i < tokens.length; i++) {
            choose(writing.get(i), logits.data(), logits.offset() + i * v);
        }
    }

    /** Ends texts whose pass broke off; after an error, with as much memory given back as there is. */
    private void failed(List<Written> texts, Throwable cause) {
        finished.addAll(texts);
        if (cause instanceof OutOfMemoryError) {
            reader.forget();
            model.dropWorkspace();
        }
        if (cause instanceof Error) {
            System.getLogger(Engine.class.getName())
                    .log(System.Logger.Level.ERROR, texts.size() + " texts ended, for the engine met an error", cause);
        }
        RuntimeException reason = reason(cause);
        texts.forEach(text -> guarded(text, () -> text.fail(reason)));
    }

    private static RuntimeException reason(Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> new EngineFailedException(e);
            default -> new IllegalStateException(cause);
        };
    }

    private void free() {
        desk.free(finished);
        finished.clear();
    }

    /** A listener that throws at its last call harms nobody else. */
    private static void guarded(Written text, Runnable last) {
        try {
            last.run();
        } catch (RuntimeException | Error e) {
            System.getLogger(Engine.class.getName())
                    .log(System.Logger.Level.DEBUG, "a listener of " + text.prompt().length + " tokens failed", e);
        }
    }

    private void abandon() {
        List<Written> all = desk.clear();
        for (Optional<Runnable> job = desk.job(); job.isPresent(); job = desk.job()) {
            job.get().run();
        }
        EngineFullException reason = new EngineFullException("the engine was closed before this text was complete");
        all.forEach(text -> guarded(text, () -> text.fail(reason)));
    }

    /** Takes no more requests from now on; never waits. */
    public void refuseMore() {
        desk.refuseMore();
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
