package dev.athanor.springai;

import dev.athanor.chat.ToolChoice;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;

/**
 * Spring AI's options and some of Athanor's. What is null is left to the model's defaults; a schema for the output is
 * enforced while the answer is written.
 */
public final class AthanorChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {
    private final @Nullable String outputSchema;
    private final @Nullable ToolChoice toolChoice;
    private final @Nullable Double minP;
    private final @Nullable Double repeatPenalty;
    private final @Nullable Long seed;

    private AthanorChatOptions(Builder builder) {
        super(
                builder.tools().getToolCallbacks(),
                builder.tools().getToolContext(),
                builder.tools().getModel(),
                builder.tools().getFrequencyPenalty(),
                builder.tools().getMaxTokens(),
                builder.tools().getPresencePenalty(),
                builder.tools().getStopSequences(),
                builder.tools().getTemperature(),
                builder.tools().getTopK(),
                builder.tools().getTopP());
        this.outputSchema = builder.outputSchema;
        this.toolChoice = builder.toolChoice;
        this.minP = builder.minP;
        this.repeatPenalty = builder.repeatPenalty;
        this.seed = builder.seed;
    }

    /** JSON schema of the answer's text. */
    @Override
    public @Nullable String getOutputSchema() {
        return outputSchema;
    }

    /** Whether tools must be called. */
    public @Nullable ToolChoice getToolChoice() {
        return toolChoice;
    }

    /** Tokens at least this share as likely as the likeliest are kept. */
    public @Nullable Double getMinP() {
        return minP;
    }

    /** Divides the scores of recent tokens; 1 for off. */
    public @Nullable Double getRepeatPenalty() {
        return repeatPenalty;
    }

    /** What draws follow from; a new one for every request where it is null. */
    public @Nullable Long getSeed() {
        return seed;
    }

    @Override
    public Builder mutate() {
        return builder()
                .model(getModel())
                .frequencyPenalty(getFrequencyPenalty())
                .maxTokens(getMaxTokens())
                .presencePenalty(getPresencePenalty())
                .stopSequences(getStopSequences())
                .temperature(getTemperature())
                .topK(getTopK())
                .topP(getTopP())
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .outputSchema(outputSchema)
                .toolChoice(toolChoice)
                .minP(minP)
                .repeatPenalty(repeatPenalty)
                .seed(seed);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AthanorChatOptions that
                && super.equals(that)
                && Objects.equals(outputSchema, that.outputSchema)
                && Objects.equals(toolChoice, that.toolChoice)
                && Objects.equals(minP, that.minP)
                && Objects.equals(repeatPenalty, that.repeatPenalty)
                && Objects.equals(seed, that.seed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), outputSchema, toolChoice, minP, repeatPenalty, seed);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {
        private @Nullable String outputSchema;
        private @Nullable ToolChoice toolChoice;
        private @Nullable Double minP;
        private @Nullable Double repeatPenalty;
        private @Nullable Long seed;

        private Builder() {}

        @Override
        public Builder outputSchema(@Nullable String value) {
            this.outputSchema = value;
            return this;
        }

        public Builder toolChoice(@Nullable ToolChoice value) {
            this.toolChoice = value;
            return this;
        }

        public Builder minP(@Nullable Double value) {
            this.minP = value;
            return this;
        }

        public Builder repeatPenalty(@Nullable Double value) {
            this.repeatPenalty = value;
            return this;
        }

        public Builder seed(@Nullable Long value) {
            this.seed = value;
            return this;
        }

        /** What {@code other} says replaces what is said here; stop sequences and tools are added. */
        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            ChatOptions options = other.build();
            if (options instanceof StructuredOutputChatOptions that && that.getOutputSchema() != null) {
                outputSchema = that.getOutputSchema();
            }
            if (options instanceof AthanorChatOptions that) {
                toolChoice = that.toolChoice == null ? toolChoice : that.toolChoice;
                minP = that.minP == null ? minP : that.minP;
                repeatPenalty = that.repeatPenalty == null ? repeatPenalty : that.repeatPenalty;
                seed = that.seed == null ? seed : that.seed;
            }
            return this;
        }

        private DefaultToolCallingChatOptions tools() {
            return (DefaultToolCallingChatOptions) super.build();
        }

        @Override
        public AthanorChatOptions build() {
            return new AthanorChatOptions(this);
        }
    }
}
