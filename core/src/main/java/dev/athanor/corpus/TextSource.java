package dev.athanor.corpus;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Text that can be read from the beginning any number of times, always in the same order. */
public interface TextSource {
    /** Gives every document to {@code reader}, one at a time. */
    void read(Consumer<Document> reader);

    /** How the user named it. */
    String name();

    /**
     * Characters of every document, where each is one training example by itself and none may begin in the middle of
     * one; a tokenizer must make one token of each character.
     */
    default OptionalInt exampleLength() {
        return OptionalInt.empty();
    }

    /** The least loss a model can reach, where it is known. */
    default Optional<LossFloor> floor() {
        return Optional.empty();
    }
}
