package dev.athanor.cli;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.KernelChoice;
import dev.athanor.kernel.KernelProvider;
import dev.athanor.kernel.MatrixChoice;

/**
 * What multiplies matrices, by the names people type. The one place where a benchmark chooses.
 *
 * @param name as printed in results
 */
record MatrixProducts(String name, Compute compute) implements AutoCloseable {
    static final String VECTOR = "vector";

    private static final String ONEDNN = "onednn";

    /** @throws IllegalArgumentException for a name that is not known, or what this machine cannot do */
    static MatrixProducts named(String name, int threads) {
        return switch (name) {
            case VECTOR -> vector(threads);
            case ONEDNN -> oneDnn(threads);
            default -> throw new IllegalArgumentException("--matmul: expected vector or onednn, found " + name);
        };
    }

    /** The scalar kernels are no vectors, and a figure of theirs under that name would be a lie. */
    private static MatrixProducts vector(int threads) {
        KernelChoice choice = KernelProvider.choose();
        choice.remedy().ifPresent(remedy -> {
            throw new IllegalArgumentException("--matmul: expected a machine that runs the vector kernels, found "
                    + choice.explanation() + "; " + remedy);
        });
        return new MatrixProducts(VECTOR, Compute.create(threads));
    }

    private static MatrixProducts oneDnn(int threads) {
        if (MatrixChoice.installed().stream()
                .noneMatch(provider -> provider.name().equals(ONEDNN))) {
            throw new IllegalArgumentException(
                    "--matmul: expected vector, the only one in this build, found onednn; leave --matmul away");
        }
        return new MatrixProducts(ONEDNN, Compute.create(threads, MatrixChoice.named(ONEDNN)));
    }

    @Override
    public void close() {
        compute.close();
    }
}
