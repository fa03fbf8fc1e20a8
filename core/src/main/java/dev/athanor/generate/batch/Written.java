package dev.athanor.generate.batch;

import dev.athanor.generate.FinishReason;
import dev.athanor.generate.StopTexts;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.TokenMask;
import dev.athanor.generate.sample.DryBreakers;
import dev.athanor.generate.sample.SamplerChain;
import dev.athanor.generate.speculate.SpeculationStats;
import dev.athanor.generate.speculate.Speculator;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.StreamingDecoder;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** One text on its way: what is read of its prompt, what is written, and why it ends. */
final class Written implements Ticket {
    private static final int FIRST_ROOM = 256;

    private final TextRequest request;
    private final int[] prompt;
    private final TextListener listener;
    private final Tokenizer tokenizer;
    private final Set<Integer> ends;
    private final SamplerChain chain;
    private final StopTexts stops;
    private final StreamingDecoder characters;
    private final StringBuilder text = new StringBuilder();
    private final List<Scored> scores = new ArrayList<>();
    private final Supplier<TokenMask> mask;
    private Optional<Constraint.State> state;
    private int[] ids;
    private int length;
    private int given;
    private int cached;
    private Optional<KvCache> cache = Optional.empty();
    private final Optional<Speculator> speculator;
    private final long asked = System.nanoTime();
    private long begun = asked;
    private long firstToken;
    private volatile boolean cancelled;

    Written(
            TextRequest request,
            TextListener listener,
            Tokenizer tokenizer,
            Set<Integer> ends,
            DryBreakers breakers,
            Supplier<TokenMask> mask,
            Optional<Speculator> speculator) {
        this.request = request;
        this.prompt = request.prompt();
        this.listener = listener;
        this.tokenizer = tokenizer;
        this.ends = ends;
        this.chain = new SamplerChain(request.sampling(), breakers);
        this.stops = new StopTexts(request.stop());
        this.characters = new StreamingDecoder(tokenizer);
        this.mask = mask;
        this.speculator = speculator;
        this.state = request.constraint().map(Constraint::start);
        this.ids = Arrays.copyOf(prompt, prompt.length + Math.min(request.maxTokens(), FIRST_ROOM));
        this.length = prompt.length;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    TextRequest request() {
        return request;
    }

    int[] prompt() {
        return prompt;
    }

    /** Most tokens that are ever in its cache. */
    int capacity(int context) {
        return (int) Math.min(context, (long) prompt.length + Math.max(1, request.maxTokens()));
    }

    void begin(KvCache with) {
        begun = System.nanoTime();
        cached = with.length();
        cache = Optional.of(with);
    }

    boolean begun() {
        return cache.isPresent();
    }

    KvCache cache() {
        return cache.orElseThrow();
    }

    int cached() {
        return cached;
    }

    /** Tokens of the prompt that are not read yet. */
    int unread() {
        return prompt.length - cache().length();
    }

    int last() {
        return ids[length - 1];
    }

    int written() {
        return length - prompt.length;
    }

    /**
     * Logits after its newest token, which may have been read as a guess before.
     *
     * @param room [V], where they may be written
     */
    Tensor next(Transformer model, Tensor room) {
        if (speculator.isPresent()) {
            return speculator.get().next(ids, length, cache(), request.maxTokens() - written());
        }
        model.nextLogits(last(), cache(), room.data());
        return room;
    }

    /** Takes guesses out of the cache, so that its newest token can be read in company. */
    void settle() {
        speculator.ifPresent(s -> s.settle(cache()));
    }

    SpeculationStats speculation() {
        return speculator.map(Speculator::stats).orElse(SpeculationStats.NONE);
    }

    /** Adds scores of prompt tokens: row i of logits is what came after token {@code first + i}. */
    void scorePrompt(float[] logits, int offset, int vocabulary, int first, int rows) {
        for (int i = 0; i < rows && first + i + 1 < prompt.length; i++) {
            scores.add(Scores.of(
                    logits,
                    offset + i * vocabulary,
                    vocabulary,
                    prompt[first + i + 1],
                    Math.max(0, request.topLogprobs())));
        }
    }

    /** Tells what the prompt's tokens scored; whether no token is wanted behind them. */
    boolean promptRead() {
        if (request.echo()) {
            listener.prompt(List.copyOf(scores));
        }
        return request.maxTokens() == 0;
    }

    /**
     * Chooses the next token.
     *
     * @param logits of which this text's begin at {@code offset}
     * @param size ids that can be said
     * @return why the text ends with it, if it does
     */
    Optional<FinishReason> choose(float[] logits, int offset, int size) {
        float[] own = Arrays.copyOfRange(logits, offset, offset + size);
        int token;
        if (state.isPresent()) {
            BitSet allowed = allowed(state.get());
            if (allowed.isEmpty()) {
                throw new IllegalStateException(
                        "constraint: expected a token of the vocabulary that the form allows here, found none");
            }
            token = chain.choose(own, size, allowed, ids, length);
        } else {
            token = chain.choose(own, size, ids, length);
        }
        if (written() == 0) {
            firstToken = System.nanoTime();
        }
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, (int) Math.min(Integer.MAX_VALUE - 8, 2L * length));
        }
        ids[length++] = token;
        Optional<Scored> score = request.topLogprobs() < 0
                ? Optional.empty()
                : Optional.of(Scores.of(own, 0, size, token, request.topLogprobs()));
        return take(token, score);
    }

    private BitSet allowed(Constraint.State at) {
        BitSet allowed = mask.get().allowed(at);
        if (at.accepts()) {
            allowed = (BitSet) allowed.clone();
            for (int end : ends) {
                allowed.set(end);
            }
        }
        return allowed;
    }

    private Optional<FinishReason> take(int token, Optional<Scored> score) {
        boolean control = tokenizer.isSpecial(token) && !request.spoken().contains(token);
        boolean end = ends.contains(token) || control;
        if (end && !request.ignoreEnd()) {
            listener.token(new Spoken(token, "", score));
            return Optional.of(FinishReason.EOS);
        }
        text.append(characters.feed(token));
        boolean stopped = stops.find(text, given).isPresent();
        int certain = stopped ? given : stops.certain(text);
        String piece = text.substring(given, Math.max(given, certain));
        given += piece.length();
        listener.token(new Spoken(token, piece, score));
        if (stopped) {
            return Optional.of(FinishReason.STOP);
        }
        if (state.isPresent()) {
            state = mask.get().advance(state.get(), token);
            if (state.isPresent() && state.get().mustEnd()) {
                return Optional.of(FinishReason.EOS);
            }
        }
        if (written() >= request.maxTokens()) {
            return Optional.of(FinishReason.LENGTH);
        }
        // The newest token is not in the cache, but guesses may be.
        return length > cache().capacity() ? Optional.of(FinishReason.CONTEXT) : Optional.empty();
    }

    /** The last words. */
    void end(FinishReason reason) {
        if (reason != FinishReason.STOP) {
            text.append(characters.flush());
        }
        OptionalInt stop = stops.find(text, given);
        String stopText = "";
        if (stop.isPresent()) {
            String from = text.substring(stop.getAsInt());
            stopText =
                    request.stop().stream().filter(from::startsWith).findFirst().orElse("");
            text.setLength(stop.getAsInt());
        }
        String rest = text.substring(Math.min(given, text.length()));
        cache = Optional.empty(); // whoever holds the ticket need not hold this
        listener.ended(new Ended(stop.isPresent() ? FinishReason.STOP : reason, rest, stopText, usage()));
    }

    void fail(RuntimeException reason) {
        cache = Optional.empty();
        listener.failed(reason);
    }

    private Usage usage() {
        long now = System.nanoTime();
        long first = firstToken == 0 ? now : firstToken;
        return new Usage(
                prompt.length, cached, written(), (begun - asked) / 1e9, (first - begun) / 1e9, (now - first) / 1e9);
    }
}
