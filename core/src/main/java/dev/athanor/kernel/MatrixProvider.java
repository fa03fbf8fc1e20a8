package dev.athanor.kernel;

import java.util.Optional;

/** A door for matrix products from outside; implementations are found by {@link java.util.ServiceLoader}. */
public interface MatrixProvider {
    /** The word that chooses it, such as {@code onednn}. */
    String name();

    /** Why it cannot run on this machine and JVM, as one sentence; empty where it can. Cheap to ask. */
    Optional<String> hindrance();

    /**
     * Loads what it needs.
     *
     * @param workers the threads its products are shared among
     * @throws IllegalStateException where it cannot, in one sentence
     */
    MatrixEngine open(Workers workers);
}
