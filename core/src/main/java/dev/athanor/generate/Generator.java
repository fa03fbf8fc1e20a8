package dev.athanor.generate;

import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.function.Predicate;

/** Writes text one token at a time, reusing the keys and values of what came before. */
public final class Generator {
    private final Transformer model;
    private final Tokenizer tokenizer;

    public Generator(Transformer model, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /** Generates to the end. */
    public Generation generate(GenerationRequest request) {
        return generate(request, piece -> true);
    }

    /**
     * Generates, handing over text as soon as it is certain: whole characters that cannot be the beginning of a stop text. The pieces
     * together are the result's text.
     *
     * @param listener returns false to end generation
     */
    public Generation generate(GenerationRequest request, Predicate<String> listener) {
        int[] prompt = Prompts.encode(model, tokenizer, request.prompt());
        return new Session(request, listener, prompt).run();
    }

    /** One text being written. */
    private final class Session {
        private final GenerationRequest request;
        private final Predicate<String> listener;
        private final Sampler sampler;
        private final KvCache cache;
        private final Utf8Stream characters = new Utf8Stream();
        private final StringBuilder text = new StringBuilder();
        private final int[] generated;
        private int[] window;
        private int windowLength;
        private int count;
        private int given;
        private int shifts;

        Session(GenerationRequest request, Predicate<String> listener, int[] prompt) {
            this.request = request;
            this.listener = listener;
            this.sampler = new Sampler(request.sampling());
            this.generated = new int[request.maxTokens()];
            int context = model.config().contextLength();
            int capacity = request.shift() ? context : (int) Math.min(context, (long) prompt.length + request.maxTokens());
            this.cache = model.newCache(capacity);
            this.window = Arrays.copyOf(prompt, capacity + 1);
            this.windowLength = prompt.length;
        }

        Generation run() {
            Tensor logits = model.nextLogits(Arrays.copyOf(window, windowLength), cache);
            long began = System.nanoTime();
            String reason = "length";
            while (count < request.maxTokens()) {
                int token = sampler.choose(logits, window, windowLength);
                generated[count++] = token;
                if (tokenizer.isSpecial(token)) {
                    reason = "eos";
                    break;
                }
                window[windowLength++] = token;
                text.append(characters.add(tokenizer.bytes(token)));
                int stop = firstStop();
                if (stop >= 0) {
                    text.setLength(stop);
                    reason = "stop";
                    break;
                }
                if (!give(certain()) || count == request.maxTokens()) {
                    break;
                }
                if (cache.length() == cache.capacity()) {
                    if (!request.shift()) {
                        reason = "context";
                        break;
                    }
                    logits = forget();
                } else {
                    logits = model.nextLogits(new int[] {token}, cache);
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            if (!reason.equals("stop")) {
                text.append(characters.flush());
            }
            give(text.length());
            return new Generation(text.toString(), Arrays.copyOf(generated, count), reason, count / seconds, shifts);
        }

        /** Keeps the newer half of the window and reads it again. */
        private Tensor forget() {
            int keep = Math.max(1, cache.capacity() / 2);
            window = Arrays.copyOf(Arrays.copyOfRange(window, windowLength - keep, windowLength), cache.capacity() + 1);
            windowLength = keep;
            cache.truncate(0);
            shifts++;
            return model.nextLogits(Arrays.copyOf(window, keep), cache);
        }

        private int firstStop() {
            int first = -1;
            for (String stop : request.stop()) {
                int at = text.indexOf(stop, Math.max(0, given));
                if (at >= 0 && (first < 0 || at < first)) {
                    first = at;
                }
            }
            return first;
        }

        /** Length of the text that no stop text can still take back. */
        private int certain() {
            int certain = text.length();
            for (String stop : request.stop()) {
                for (int n = Math.min(stop.length() - 1, text.length()); n > 0; n--) {
                    if (stop.startsWith(text.substring(text.length() - n))) {
                        certain = Math.min(certain, text.length() - n);
                        break;
                    }
                }
            }
            return certain;
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
