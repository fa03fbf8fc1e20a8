package dev.athanor.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Who multiplies matrices.
 *
 * @param name {@code vector}, {@code auto} or the name of a {@link MatrixProvider}
 */
public record MatrixChoice(String name) {
    /** Athanor's own kernels alone: F32 throughout, the same bits on every machine. */
    public static final MatrixChoice VECTOR = new MatrixChoice("vector");

    /**
     * The first provider that runs here, for weights read from a file in a format that it multiplies faster than the
     * vector kernels; never for weights that learn.
     */
    public static final MatrixChoice AUTO = new MatrixChoice("auto");

    /**
     * By its name.
     *
     * @throws IllegalArgumentException where there is none of this name
     */
    public static MatrixChoice named(String name) {
        // Looking for providers opens every jar of the class path.
        for (MatrixChoice own : List.of(AUTO, VECTOR)) {
            if (own.name.equals(name)) {
                return own;
            }
        }
        List<String> known = new ArrayList<>(List.of(AUTO.name, VECTOR.name));
        installed().forEach(provider -> known.add(provider.name()));
        if (!known.contains(name)) {
            throw new IllegalArgumentException("matrix products: expected one of " + String.join(", ", known)
                    + ", found \"" + name + "\"" + (known.size() == 2 ? "; no provider is on the class path" : ""));
        }
        return new MatrixChoice(name);
    }

    /** The providers on the class path, whether they run here or not. */
    public static List<MatrixProvider> installed() {
        return ServiceLoader.load(MatrixProvider.class, MatrixProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** The provider that is meant; empty for none. */
    Optional<MatrixProvider> provider() {
        if (name.equals(VECTOR.name)) {
            return Optional.empty();
        }
        return installed().stream()
                .filter(provider -> equals(AUTO)
                        ? provider.hindrance().isEmpty()
                        : provider.name().equals(name))
                .findFirst();
    }
}
