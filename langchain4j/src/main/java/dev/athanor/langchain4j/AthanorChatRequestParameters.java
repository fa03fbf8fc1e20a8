package dev.athanor.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** LangChain4j's parameters and three more of Athanor's. */
public final class AthanorChatRequestParameters extends DefaultChatRequestParameters {
    private final @Nullable Double minP;
    private final @Nullable Double repeatPenalty;
    private final @Nullable Long seed;

    private AthanorChatRequestParameters(Builder builder) {
        super(builder);
        this.minP = builder.minP;
        this.repeatPenalty = builder.repeatPenalty;
        this.seed = builder.seed;
    }

    /** Tokens at least this share as likely as the likeliest are kept. */
    public OptionalDouble minP() {
        return minP == null ? OptionalDouble.empty() : OptionalDouble.of(minP);
    }

    /** Divides the scores of recent tokens; 1 for off. */
    public OptionalDouble repeatPenalty() {
        return repeatPenalty == null ? OptionalDouble.empty() : OptionalDouble.of(repeatPenalty);
    }

    /** What draws follow from; a new one for every request where it is empty. */
    public OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }

    @Override
    public ChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public ChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AthanorChatRequestParameters that
                && super.equals(that)
                && Objects.equals(minP, that.minP)
                && Objects.equals(repeatPenalty, that.repeatPenalty)
                && Objects.equals(seed, that.seed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), minP, repeatPenalty, seed);
    }

    @Override
    public String toString() {
        return "AthanorChatRequestParameters{" + super.toString() + ", minP=" + minP + ", repeatPenalty="
                + repeatPenalty + ", seed=" + seed + "}";
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects parameters; what is not named is left to the model's defaults. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {
        private @Nullable Double minP;
        private @Nullable Double repeatPenalty;
        private @Nullable Long seed;

        private Builder() {}

        public Builder minP(double value) {
            this.minP = value;
            return this;
        }

        public Builder repeatPenalty(double value) {
            this.repeatPenalty = value;
            return this;
        }

        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            if (parameters instanceof AthanorChatRequestParameters that) {
                minP = that.minP == null ? minP : that.minP;
                repeatPenalty = that.repeatPenalty == null ? repeatPenalty : that.repeatPenalty;
                seed = that.seed == null ? seed : that.seed;
            }
            return this;
        }

        @Override
        public AthanorChatRequestParameters build() {
            return new AthanorChatRequestParameters(this);
        }
    }
}
