package dev.athanor.finetune;

import dev.athanor.chat.ChatFormat;
import dev.athanor.checkpoint.ChatSource;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Map;

/** The form in which a model is taught: its own, or for a base model the one of {@link BaseTemplate}. */
final class ChatForms {
    private ChatForms() {}

    /** @throws FinetuneException where the model has no form and {@code tokenizer} no token that ends a text */
    static ChatFormat of(Path directory, Tokenizer tokenizer) {
        ChatSource own = ChatSource.read(directory);
        return ChatFormat.of(own.template(false).isPresent() ? own : base(tokenizer), tokenizer);
    }

    private static ChatSource base(Tokenizer tokenizer) {
        int end = tokenizer.endOfText();
        if (end < 0) {
            throw new FinetuneException(
                    "tokenizer: expected one with an end-of-text token, with which an answer can end, found none; "
                            + "take a model with a BPE tokenizer");
        }
        String name = tokenizer.decode(end);
        return ChatSource.of(
                "User: … Assistant: …, since the model has no chat template",
                BaseTemplate.jinja(name),
                Map.of("eos_token", name));
    }
}
