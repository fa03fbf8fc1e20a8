package dev.athanor.generate;

import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;

/** Prompts as token ids, never silently cut. */
final class Prompts {
    private Prompts() {}

    /**
     * Ids of {@code prompt} as the model expects them, a beginning-of-text token of its tokenizer included; an empty
     * prompt begins a document.
     *
     * @throws IllegalArgumentException when it is empty and the model has no token that begins one, or longer than the
     *     context
     */
    static int[] encode(Transformer model, Tokenizer tokenizer, String prompt) {
        int[] ids = tokenizer.encodeForModel(prompt);
        if (ids.length == 0) {
            if (tokenizer.endOfText() < 0) {
                throw new IllegalArgumentException(
                        "prompt: expected some text, found none; this model has no token that begins a text");
            }
            ids = new int[] {tokenizer.endOfText()};
        }
        int context = model.config().contextLength();
        if (ids.length > context) {
            throw new IllegalArgumentException("prompt: expected at most " + context
                    + " tokens, the model's context, found " + ids.length + "; shorten the prompt");
        }
        return ids;
    }
}
