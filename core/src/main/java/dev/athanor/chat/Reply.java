package dev.athanor.chat;

import dev.athanor.generate.FinishReason;
import dev.athanor.generate.batch.Usage;

/**
 * An answer that is complete.
 *
 * @param answer as it was meant
 * @param text as it was written
 * @param reason why it ended
 */
public record Reply(Answer answer, String text, FinishReason reason, Usage usage) {}
