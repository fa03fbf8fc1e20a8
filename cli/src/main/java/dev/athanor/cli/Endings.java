package dev.athanor.cli;

import dev.athanor.cli.Asking.Answered;
import java.util.Optional;

/** Why an answer ended, where that is not its own end. */
final class Endings {
    private Endings() {}

    static Optional<String> note(Answered answered, Talk talk) {
        int written = answered.reply().usage().completionTokens();
        String full = "the context of " + talk.context() + " tokens is full, and the answer ends where it is";
        return switch (answered.reply().reason()) {
            case EOS, STOP ->
                answered.reply().answer().content().isEmpty()
                        ? Optional.of("the model ended its answer without a word; the conversation stays as it was")
                        : Optional.empty();
            case CONTEXT -> Optional.of(full);
            case LENGTH ->
                Optional.of(
                        talk.settings().maxTokens() > 0
                                        && written >= talk.settings().maxTokens()
                                ? "the answer ends after max_tokens, " + written
                                : full);
            case CANCELLED ->
                Optional.of(
                        answered.reply().answer().content().isEmpty()
                                ? "stopped before a word was said; the conversation stays as it was"
                                : "stopped; what was said is kept");
        };
    }
}
