package dev.athanor.generate;

import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.TokenText;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the next-token table.
 *
 * @param text of the token alone, bytes that are part of a character as {@link TokenText} has them; empty where the
 *     tokenizer has no such id
 * @param p probability over the whole vocabulary
 */
public record NextTokens(int id, String text, double p) {
    /** Longest word a piece is followed to, in tokens. */
    private static final int WORD_TOKENS = 8;

    /**
     * The {@code top} likeliest tokens after {@code prompt}, likeliest first; equal ones by id.
     *
     * @throws IllegalArgumentException when the prompt does not fit the context or {@code top} is below 1
     */
    public static List<NextTokens> after(Transformer model, Tokenizer tokenizer, String prompt, int top) {
        if (top < 1) {
            throw new IllegalArgumentException("top: expected at least 1, found " + top);
        }
        int[] ids = Prompts.encode(model, tokenizer, prompt);
        float[] scores = Softmax.finite(model.nextLogits(ids, model.newCache(ids.length)));
        int[] order = Softmax.order(scores);
        double[] p = Softmax.over(scores, order, order.length, 1);
        List<NextTokens> rows = new ArrayList<>();
        for (int i = 0; i < Math.min(top, order.length); i++) {
            rows.add(new NextTokens(order[i], text(tokenizer, order[i]), p[i]));
        }
        return List.copyOf(rows);
    }

    private static String text(Tokenizer tokenizer, int id) {
        return id < tokenizer.vocabularySize() ? TokenText.of(tokenizer, id) : "";
    }

    /**
     * What the token of each row most likely grows to: a token may be a piece of a word, and its likeliest continuation
     * shows of which. A row whose token ends a word, or is none, keeps its own text.
     *
     * @return one text per row, beginning with the row's text
     */
    public static List<String> words(Transformer model, Tokenizer tokenizer, String prompt, List<NextTokens> rows) {
        int[] ids = Prompts.encode(model, tokenizer, prompt);
        int capacity = Math.min(model.config().contextLength(), ids.length + WORD_TOKENS);
        KvCache cache = model.newCache(capacity);
        model.nextLogits(ids, cache);
        List<String> words = new ArrayList<>();
        for (NextTokens row : rows) {
            cache.truncate(ids.length);
            words.add(word(model, tokenizer, cache, row));
        }
        return List.copyOf(words);
    }

    private static String word(Transformer model, Tokenizer tokenizer, KvCache cache, NextTokens row) {
        StringBuilder word = new StringBuilder(row.text());
        int last = row.id();
        while (endsInLetter(word) && cache.length() < cache.capacity()) {
            Tensor logits = model.nextLogits(new int[] {last}, cache);
            last = Softmax.order(Softmax.finite(logits))[0];
            String next = text(tokenizer, last);
            if (next.isEmpty() || !Character.isLetter(next.codePointAt(0)) || tokenizer.isSpecial(last)) {
                break;
            }
            word.append(next);
        }
        return word.toString();
    }

    private static boolean endsInLetter(StringBuilder text) {
        return !text.isEmpty() && Character.isLetter(text.codePointBefore(text.length()));
    }
}
