package dev.athanor.generate.batch;

import dev.athanor.model.KvCache;
import dev.athanor.model.Piece;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads prompts, pieces of several in one pass over the weights: a pass for sixteen short prompts costs far less than
 * sixteen passes. In order of arrival, and up to a number of tokens together, so that the texts being written wait no
 * longer than for those.
 */
final class PromptReader {
    /** Rows of logits that are in memory at once when a prompt is scored. */
    private static final int SCORED_ROWS = 64;

    /** Hears what becomes of the prompts. */
    interface Listener {
        /** The prompt is read; its logits begin at {@code offset}. */
        void read(Written text, float[] logits, int offset);

        /** The prompt is read as far as is needed before a text is written. */
        void ready(Written text);

        /** The prompt is scored, and nothing else was wanted. */
        void scored(Written text);

        void failed(List<Written> texts, Throwable reason);
    }

    private final Transformer model;
    private final Prefixes prefixes;
    private final EngineLimits limits;
    private final Counts counts;
    private final Listener listener;

    PromptReader(Transformer model, EngineLimits limits, Counts counts, Listener listener) {
        this.model = model;
        this.prefixes = new Prefixes(limits.prefixBytes());
        this.limits = limits;
        this.counts = counts;
        this.listener = listener;
    }

    /** How many tokens of a text are read next. */
    private record Share(Written text, int count) {
        boolean last() {
            return count == text.unread();
        }

        Piece piece() {
            return new Piece(next(text, count), text.cache(), last());
        }
    }

    /** Reads some of the prompts of {@code reading}, which are in order of arrival. */
    void read(List<Written> reading) {
        if (reading.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        reading.stream().filter(text -> text.request().echo()).findFirst().ifPresent(this::readScored);
        readPlain(reading.stream().filter(text -> !text.request().echo()).toList());
        counts.promptNanos += System.nanoTime() - began;
    }

    private void readPlain(List<Written> reading) {
        List<Share> shares = shares(reading);
        if (shares.isEmpty()) {
            return;
        }
        List<Boolean> last = shares.stream().map(Share::last).toList();
        Tensor logits;
        try {
            logits = model.readEach(shares.stream().map(Share::piece).toList());
        } catch (RuntimeException | Error e) {
            listener.failed(shares.stream().map(Share::text).toList(), e);
            return;
        }
        counts.readings++;
        int at = logits.offset();
        for (int i = 0; i < shares.size(); i++) {
            Written text = shares.get(i).text;
            counts.promptTokens += shares.get(i).count;
            if (last.get(i)) {
                keep(text);
                listener.read(text, logits.data(), at);
                at += model.config().vocabularySize();
            }
        }
    }

    /** What is read of whom in the next pass; begins those whose turn comes. */
    private List<Share> shares(List<Written> reading) {
        List<Share> shares = new ArrayList<>();
        int left = limits.chunk();
        int most =
                reading.size() == 1 ? left : Math.max(2, left / 2); // a long prompt does not keep a short one waiting
        for (int i = 0; i < reading.size() && left >= 2; i++) {
            Written text = reading.get(i);
            if (!text.begun() && (waits(text, reading.subList(0, i)) || !begin(text))) {
                continue;
            }
            if (text.unread() == 1) { // read like a word that was written, for one alone is added up like those
                counts.promptTokens++;
                listener.ready(text);
                continue;
            }
            int count = count(text, Math.min(left, most));
            shares.add(new Share(text, count));
            left -= count;
        }
        for (int i = 0; i < shares.size() && left >= 2; i++) {
            Share share = shares.get(i);
            int count = count(share.text, share.count + left);
            left -= count - share.count;
            shares.set(i, new Share(share.text, count));
        }
        return shares;
    }

    /** Tokens to read, at most {@code most} or one more: never leaving one alone. */
    private static int count(Written text, int most) {
        int count = Math.min(most, text.unread());
        return text.unread() - count == 1 ? count + 1 : count;
    }

    /**
     * Whether another prompt that is still being read will leave at least half of what there is to read of this one:
     * conversations that begin with the same instructions need not all read them.
     */
    private boolean waits(Written text, List<Written> earlier) {
        if (!text.request().shared() || limits.prefixBytes() == 0) {
            return false;
        }
        int[] prompt = text.prompt();
        int known = prefixes.known(prompt, shareable(text));
        for (Written other : earlier) {
            int common = other.request().shared() ? Prefixes.common(other.prompt(), prompt) : 0;
            if (2 * (Math.min(common, shareable(text)) - known)
                    >= Math.max(2 * Prefixes.LEAST, prompt.length - known)) {
                return true;
            }
        }
        return false;
    }

    /** Two tokens at least are read: one alone is added up in another order. */
    private static int shareable(Written text) {
        return text.prompt().length - 2;
    }

    /** Whether it has begun; if not, it has failed. */
    private boolean begin(Written text) {
        try {
            int capacity = text.capacity(model.config().contextLength());
            int most = text.request().echo() || !text.request().shared() ? 0 : shareable(text);
            KvCache cache = prefixes.find(text.prompt(), most, capacity).orElseGet(() -> model.newCache(capacity));
            text.begin(cache);
            counts.cachedTokens += cache.length();
            return true;
        } catch (RuntimeException | Error e) {
            listener.failed(List.of(text), e);
            return false;
        }
    }

    private void keep(Written text) {
        if (!text.request().shared()) {
            return;
        }
        try {
            prefixes.keep(text.prompt(), text.cache());
        } catch (OutOfMemoryError e) {
            prefixes.clear(); // the text has all it needs
        }
    }

    private void readScored(Written text) {
        if (!text.begun() && !begin(text)) {
            return;
        }
        int first = text.cache().length();
        int[] piece = next(text, count(text, SCORED_ROWS));
        int v = model.config().vocabularySize();
        Tensor logits;
        try {
            logits = model.allLogits(piece, text.cache());
            text.scorePrompt(logits.data(), logits.offset(), v, first, piece.length);
            if (text.unread() == 0 && text.promptRead()) {
                listener.scored(text);
                return;
            }
        } catch (RuntimeException | Error e) {
            listener.failed(List.of(text), e);
            return;
        } finally {
            counts.readings++;
            counts.promptTokens += piece.length;
        }
        if (text.unread() == 0) {
            listener.read(text, logits.data(), logits.offset() + (piece.length - 1) * v);
        }
    }

    private static int[] next(Written text, int count) {
        int from = text.cache().length();
        return Arrays.copyOfRange(text.prompt(), from, from + count);
    }

    /** Gives back the memory of what was kept. */
    void forget() {
        prefixes.clear();
    }
}
