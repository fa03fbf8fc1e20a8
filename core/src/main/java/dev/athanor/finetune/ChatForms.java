package dev.athanor.finetune;

import dev.athanor.chat.ChatFormat;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;

/** The form in which a model is taught: its own, or the one for base models. */
final class ChatForms {
    private ChatForms() {}

    static ChatFormat of(Path directory, Tokenizer tokenizer) {
        if (ModelTexts.hasTemplate(directory)) {
            throw new FinetuneException(directory + ": expected a model without a chat template, found one");
        }
        return new BaseFormat(tokenizer);
    }
}
