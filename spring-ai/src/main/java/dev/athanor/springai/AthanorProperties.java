package dev.athanor.springai;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code athanor.*}; an unknown one stops the application from starting.
 *
 * @param model directory or GGUF file
 * @param threads that compute; half of the processors unless said
 */
@ConfigurationProperties(prefix = "athanor", ignoreUnknownFields = false)
public record AthanorProperties(
        String model,
        @Nullable Integer threads,
        @DefaultValue Chat chat) {
    /** What concerns conversations. */
    public record Chat(@DefaultValue Options options) {}

    /** What holds where a prompt says nothing; see {@link AthanorChatOptions}. */
    public record Options(
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Integer topK,
            @Nullable Double minP,
            @Nullable Double frequencyPenalty,
            @Nullable Double presencePenalty,
            @Nullable Double repeatPenalty,
            @Nullable Integer maxTokens,
            @Nullable List<String> stopSequences,
            @Nullable Long seed) {
        AthanorChatOptions chatOptions() {
            return AthanorChatOptions.builder()
                    .temperature(temperature)
                    .topP(topP)
                    .topK(topK)
                    .frequencyPenalty(frequencyPenalty)
                    .presencePenalty(presencePenalty)
                    .maxTokens(maxTokens)
                    .stopSequences(stopSequences)
                    .minP(minP)
                    .repeatPenalty(repeatPenalty)
                    .seed(seed)
                    .build();
        }
    }

    int threadsOrUsual() {
        return threads == null ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : threads;
    }
}
