package dev.athanor.langchain4j;

import dev.athanor.generate.batch.EngineFullException;
import dev.athanor.generate.constraint.ConstraintException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;

/** The engine's exceptions as LangChain4j's, so that its retries and handlers know them. */
final class Failures {
    private Failures() {}

    /** What LangChain4j calls {@code failure}; the message stays. */
    static RuntimeException translated(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure) {
            case LangChain4jException known -> known;
            case EngineFullException full -> new RateLimitException(message, full);
            case ConstraintException form -> {
                UnsupportedFeatureException unsupported =
                        new UnsupportedFeatureException("schema: not supported: " + message);
                unsupported.initCause(form);
                yield unsupported;
            }
            case IllegalArgumentException invalid -> new InvalidRequestException(message, invalid);
            default -> new InternalServerException(message, failure);
        };
    }

    static InvalidRequestException invalid(String message, Throwable cause) {
        return new InvalidRequestException(message, cause);
    }
}
