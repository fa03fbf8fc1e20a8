package dev.athanor.model;

import dev.athanor.LanguageModel;
import dev.athanor.corpus.tales.Tales;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Perplexity of models on tales read one token at a time, as answers are written, so that single rows are multiplied;
 * run by hand with paths of models.
 */
final class WrittenPerplexity {
    private static final int STRETCH = 120;
    private static final int MOST = 6000;

    private WrittenPerplexity() {}

    public static void main(String[] arguments) {
        String text = String.join("", Tales.corpus(2, 100));
        for (String path : arguments) {
            try (LanguageModel model = LanguageModel.open(Path.of(path), 2)) {
                int[] tokens = model.tokenizer().encode(text);
                double surprise = 0;
                int count = 0;
                for (int from = 0; from + STRETCH < tokens.length && count < MOST; from += STRETCH) {
                    KvCache cache = model.transformer().newCache(STRETCH);
                    for (int i = from; i < from + STRETCH - 1; i++) {
                        float[] logits = model.transformer()
                                .nextLogits(new int[] {tokens[i]}, cache)
                                .toArray();
                        surprise += surprise(logits, tokens[i + 1]);
                        count++;
                    }
                }
                System.out.printf(Locale.ROOT, "%s: %.5f over %d tokens%n", path, Math.exp(surprise / count), count);
            }
        }
    }

    private static double surprise(float[] logits, int token) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum) - logits[token];
    }
}
