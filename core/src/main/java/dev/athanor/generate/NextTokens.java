package dev.athanor.generate;

import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A row of the next-token table.
 *
 * @param p probability over the whole vocabulary
 */
public record NextTokens(int id, String text, double p) {
    /** The {@code top} likeliest tokens after {@code prompt}. */
    public static List<NextTokens> after(Transformer model, Tokenizer tokenizer, String prompt, int top) {
        int[] ids = Prompts.encode(model, tokenizer, prompt);
        Tensor logits = model.nextLogits(ids, model.newCache(ids.length));
        float[] x = logits.toArray();
        double max = Double.NEGATIVE_INFINITY;
        for (float value : x) {
            max = Math.max(max, value);
        }
        double sum = 0;
        for (float value : x) {
            sum += StrictMath.exp(value - max);
        }
        List<NextTokens> rows = new ArrayList<>();
        for (int id = 0; id < x.length; id++) {
            rows.add(new NextTokens(id, id < tokenizer.vocabularySize() ? tokenizer.decode(id) : "", StrictMath.exp(x[id] - max) / sum));
        }
        rows.sort(Comparator.comparingDouble(NextTokens::p).reversed().thenComparingInt(NextTokens::id));
        return List.copyOf(rows.subList(0, Math.min(top, rows.size())));
    }
}
