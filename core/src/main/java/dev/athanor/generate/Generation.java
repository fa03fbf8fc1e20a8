package dev.athanor.generate;

import dev.athanor.generate.speculate.SpeculationStats;
import java.util.Optional;

/**
 * What was generated.
 *
 * @param text without the prompt and without a stop text
 * @param ids of every generated token, a final end-of-text included
 * @param finishReason why it ended
 * @param tokensPerSecond generated tokens over the time from the first choice to the end; reading the prompt is not in
 *     it
 * @param shifts how often the oldest half of the text was forgotten
 * @param speculation what guessing brought; nothing where it was not asked for
 */
public record Generation(
        String text,
        int[] ids,
        FinishReason finishReason,
        double tokensPerSecond,
        int shifts,
        Optional<SpeculationStats> speculation) {}
