package dev.athanor.generate;

/**
 * What was generated.
 *
 * @param text without the prompt and without a stop text
 * @param ids of every generated token, a final end-of-text included
 * @param finishReason why it ended: {@code eos} the model ended the text, {@code stop} a stop text came, {@code length} enough tokens,
 *     {@code context} the window is full
 * @param tokensPerSecond generated tokens after the prompt was read
 * @param shifts how often the oldest half of the text was forgotten
 */
public record Generation(String text, int[] ids, String finishReason, double tokensPerSecond, int shifts) {}
