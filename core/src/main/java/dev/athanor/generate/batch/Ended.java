package dev.athanor.generate.batch;

import dev.athanor.generate.FinishReason;

/**
 * How a text ended.
 *
 * @param rest text that became certain at the end, behind the last {@link Spoken#piece}
 * @param stop the stop text that ended it; empty where none did
 */
public record Ended(FinishReason reason, String rest, String stop, Usage usage) {}
