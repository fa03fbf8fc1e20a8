package dev.athanor.evaluate;

import dev.athanor.corpus.CorpusException;
import dev.athanor.corpus.Document;
import dev.athanor.corpus.TextSource;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * How well a model predicts a text, by windows that slide over it: every token is predicted once, and except near the
 * beginning of the text from at least {@code context - stride} tokens before it.
 *
 * <p>Documents follow each other as in training, an end-of-text token between them where the vocabulary has one. Those
 * tokens, and whatever the tokenizer puts before a text, are read but not counted, so that the loss is that of the text
 * alone and can be compared between tokenizers by the bytes of the text.
 */
public final class Perplexity {
    /** Tokens of one forward pass: windows are read together until there are so many. */
    private static final int BATCH_TOKENS = 2048;

    private Perplexity() {}

    /**
     * What to measure.
     *
     * @param context tokens of a window
     * @param stride by how many tokens windows move, 1 to {@code context}
     * @param maxTokens most tokens of text to predict, 0 for all
     */
    public record Options(int context, int stride, long maxTokens) {
        public Options {
            if (context < 1 || stride < 1 || stride > context || maxTokens < 0) {
                throw new IllegalArgumentException(
                        "perplexity: expected 1 <= stride <= context and max tokens of at least 0, found stride "
                                + stride + ", context " + context + ", max tokens " + maxTokens);
            }
        }

        /** Windows as long as the model reads, moved by half of that. */
        public static Options of(Transformer model) {
            int context = model.config().contextLength();
            return new Options(context, Math.max(1, context / 2), 0);
        }
    }

    /**
     * What was measured.
     *
     * @param nats sum of -log p over the tokens
     * @param tokens that were predicted
     * @param bytes of UTF-8 they stand for
     */
    public record Result(double nats, long tokens, long bytes) {
        /** exp of the mean loss of a token. */
        public double perplexity() {
            return Math.exp(nats / tokens);
        }

        /** Independent of the tokenizer. */
        public double bitsPerByte() {
            return nats / Math.log(2) / bytes;
        }
    }

    /**
     * Reads {@code source} to the end or to {@code options.maxTokens()}.
     *
     * @param watch told after every forward pass
     * @throws CorpusException when there is no text to predict
     */
    public static Result measure(
            Transformer model, Tokenizer tokenizer, TextSource source, Options options, Consumer<Result> watch) {
        if (options.context() > model.config().contextLength()) {
            throw new IllegalArgumentException("perplexity: expected a context of at most "
                    + model.config().contextLength() + " tokens, as the model has, found " + options.context());
        }
        Session session = new Session(model, tokenizer, options, watch);
        try {
            source.read(session::read);
        } catch (Enough enough) {
            // As many tokens as were asked for.
        }
        Result result = session.finish();
        if (result.tokens() == 0) {
            throw new CorpusException(source.name() + ": expected at least two tokens of text, found fewer");
        }
        return result;
    }

    /** Ends the reading of a source. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super("", null, false, false);
        }
    }

    private static final class Session {
        private final Tokenizer tokenizer;
        private final Options options;
        private final Windows windows;
        private boolean begun;
        private long bytes;
        private long tokens;

        Session(Transformer model, Tokenizer tokenizer, Options options, Consumer<Result> watch) {
            this.tokenizer = tokenizer;
            this.options = options;
            this.windows = new Windows(model, options, BATCH_TOKENS, (nats, counted) -> {
                if (counted > 0) {
                    watch.accept(new Result(nats, counted, bytes));
                }
            });
        }

        void read(Document document) {
            int[] ids = tokenizer.encode(document.text());
            if (ids.length == 0) {
                return;
            }
            long left = options.maxTokens() == 0 ? Long.MAX_VALUE : options.maxTokens() - tokens;
            int count = (int) Math.min(ids.length, left);
            bytes += count == ids.length
                    ? utf8(document.text())
                    : utf8(tokenizer.decode(java.util.Arrays.copyOf(ids, count)));
            tokens += count;
            int first = separate(ids);
            for (int i = first; i < count; i++) {
                windows.add(ids[i], true);
            }
            if (tokens == options.maxTokens()) {
                throw new Enough();
            }
        }

        /**
         * What stands between documents, and before the first so that its first token is predicted from something.
         * Gives the index of the first token to count: 1 where nothing can stand before it.
         */
        private int separate(int[] ids) {
            int[] before = tokenizer.encodeForModel("");
            if (!begun && before.length > 0) {
                for (int id : before) {
                    windows.add(id, false);
                }
            } else if (tokenizer.endOfText() >= 0) {
                windows.add(tokenizer.endOfText(), false);
            } else if (!begun) {
                windows.add(ids[0], false);
                tokens--;
                bytes -= tokenizer.bytes(ids[0]).length;
                begun = true;
                return 1;
            }
            begun = true;
            return 0;
        }

        private static long utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        Result finish() {
            windows.finish();
            return new Result(windows.nats(), windows.counted(), bytes);
        }
    }
}
