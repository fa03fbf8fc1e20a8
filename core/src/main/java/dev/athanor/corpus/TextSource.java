package dev.athanor.corpus;

import java.util.function.Consumer;

/** Text that can be read from the beginning any number of times, always in the same order. */
public interface TextSource {
    /** Gives every document to {@code reader}, one at a time. */
    void read(Consumer<Document> reader);

    /** How the user named it. */
    String name();
}
