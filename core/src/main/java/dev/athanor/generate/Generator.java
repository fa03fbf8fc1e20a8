package dev.athanor.generate;

import dev.athanor.generate.speculate.Proposer;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.generate.speculate.Speculator;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.StreamingDecoder;
import dev.athanor.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/** Writes text one token at a time, reusing the keys and values of what came before. */
public final class Generator {
    /** Room for this many tokens at first; a request may name any number and end early. */
    private static final int FIRST_IDS = 256;

    /** Keeps the chances of guesses apart from those of tokens; any other number would do. */
    private static final long GUESSES = 0x5DEE_CE66_D1CE_4E5BL;

    private final Transformer model;
    private final Tokenizer tokenizer;
    private final Set<Integer> endTokens;

    /** A text ends where the tokenizer's control tokens or the configuration's end of text come. */
    public Generator(Transformer model, Tokenizer tokenizer) {
        this(model, tokenizer, model.config().eosToken().stream().boxed().toList());
    }

    /**
     * Further tokens that end a text, as {@code generation_config.json} names them.
     *
     * @param endTokens ids beside the tokenizer's control tokens
     */
    public Generator(Transformer model, Tokenizer tokenizer, Collection<Integer> endTokens) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.endTokens = Set.copyOf(endTokens);
    }

    /** Generates to the end. */
    public Generation generate(GenerationRequest request) {
        return generate(request, piece -> true);
    }

    /**
     * Generates, handing over text as soon as it is certain: whole characters that cannot be the beginning of a stop
     * text. The pieces together are the result's text.
     *
     * @param listener returns false to end generation
     * @throws IllegalArgumentException when the prompt does not fit the model's context
     */
    public Generation generate(GenerationRequest request, Predicate<String> listener) {
        int[] prompt = Prompts.encode(model, tokenizer, request.prompt());
        Speculation.Start guessing = request.speculation().start(model, tokenizer);
        return new Session(request, listener, prompt, guessing).run();
    }

    /** One text being written. */
    private final class Session {
        private final GenerationRequest request;
        private final Predicate<String> listener;
        private final Sampler sampler;
        private final KvCache cache;
        private final Tensor next; // logits [V] of a token read alone
        private final Optional<Speculator> speculator;
        private final StreamingDecoder characters = new StreamingDecoder(tokenizer);
        private final StopTexts stops;
        private final StringBuilder text = new StringBuilder();
        private int[] generated;
        private int[] window; // tokens in the cache, and behind them the newest, which is not there yet
        private int windowLength;
        private int count;
        private int given;
        private int shifts;

        Session(GenerationRequest request, Predicate<String> listener, int[] prompt, Speculation.Start guessing) {
            this.request = request;
            this.listener = listener;
            this.sampler = new Sampler(request.sampling());
            this.stops = new StopTexts(request.stop());
            this.generated = new int[Math.min(request.maxTokens(), FIRST_IDS)];
            int capacity = (int) Math.min(model.config().contextLength(), (long) prompt.length + request.maxTokens());
            this.cache = model.newCache(capacity);
            this.next = Tensor.zeros(model.config().vocabularySize());
            this.window = Arrays.copyOf(prompt, capacity + 1);
            this.windowLength = prompt.length;
            this.speculator = guessing.text(this::proposer);
        }

        /** Draws guesses as tokens are drawn, by chances of its own. */
        private Proposer proposer() {
            Sampler guesser =
                    new Sampler(request.sampling().withSeed(request.sampling().seed() ^ GUESSES));
            return (logits, text, length) -> guesser.propose(speakable(logits), text, length);
        }

        Generation run() {
            Tensor logits = model.nextLogits(Arrays.copyOf(window, windowLength), cache);
            long began = System.nanoTime();
            Optional<FinishReason> reason = Optional.empty();
            while (reason.isEmpty()) {
                int token = sampler.choose(
                        speakable(logits), window, windowLength, speculator.flatMap(Speculator::proposal));
                reason = take(token);
                if (reason.isEmpty()) {
                    logits = read(token);
                }
            }
            double seconds = Math.max(1, System.nanoTime() - began) / 1e9;
            FinishReason end = finish(reason.get());
            return new Generation(
                    text.toString(),
                    Arrays.copyOf(generated, count),
                    end,
                    count / seconds,
                    shifts,
                    speculator.map(Speculator::stats));
        }

        /**
         * Embeddings are often padded to a round number of rows; what lies behind the tokenizer's ids cannot be said.
         */
        private Tensor speakable(Tensor logits) {
            return Tensor.view(
                    logits.data(), logits.offset(), Shape.of(Math.min(logits.size(), tokenizer.vocabularySize())));
        }

        /** Adds a token to the text; gives the reason to end, if there is one now. */
        private Optional<FinishReason> take(int token) {
            if (count == generated.length) {
                generated = Arrays.copyOf(generated, (int) Math.min(request.maxTokens(), 2L * count));
            }
            generated[count++] = token;
            if (tokenizer.isSpecial(token) || endTokens.contains(token)) {
                return Optional.of(FinishReason.EOS);
            }
            window[windowLength++] = token;
            text.append(characters.feed(token));
            if (stops.find(text, given).isPresent()) {
                return Optional.of(FinishReason.STOP);
            }
            if (!give(stops.certain(text))) {
                return Optional.of(FinishReason.CANCELLED);
            }
            if (count == request.maxTokens()) {
                return Optional.of(FinishReason.LENGTH);
            }
            return full() && !request.shift() ? Optional.of(FinishReason.CONTEXT) : Optional.empty();
        }

        /** Whether the newest token, which is not in the cache yet, finds no place there. */
        private boolean full() {
            return windowLength > cache.capacity();
        }

        private Tensor read(int token) {
            if (full()) {
                return forget();
            }
            if (speculator.isPresent()) {
                return speculator.get().next(window, windowLength, cache, request.maxTokens() - count);
            }
            model.nextLogits(token, cache, next.data());
            return next;
        }

        /** Keeps the newer half of the window and reads it again, at positions from 0. */
        private Tensor forget() {
            int keep = Math.max(1, cache.capacity() / 2);
            System.arraycopy(window, windowLength - keep, window, 0, keep);
            windowLength = keep;
            speculator.ifPresent(s -> s.settle(cache));
            cache.truncate(0);
            shifts++;
            return model.nextLogits(Arrays.copyOf(window, keep), cache);
        }

        /** Lets out what was held back, up to a stop text. */
        private FinishReason finish(FinishReason reason) {
            if (reason != FinishReason.STOP) {
                text.append(characters.flush());
            }
            if (reason == FinishReason.CANCELLED) {
                text.setLength(given);
                return reason;
            }
            OptionalInt stop = stops.find(text, given);
            stop.ifPresent(text::setLength);
            give(text.length());
            return stop.isPresent() ? FinishReason.STOP : reason;
        }

        private boolean give(int end) {
            if (end <= given) {
                return true;
            }
            String piece = text.substring(given, end);
            given = end;
            return listener.test(piece);
        }
    }
}
