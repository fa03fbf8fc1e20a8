package dev.athanor.kernel;

import dev.athanor.tensor.DType;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The matrix engine of one {@link Compute}. Where it was not asked for by name it opens at its first product. */
final class EngineDoor implements AutoCloseable {
    private final Workers workers;
    private final boolean byName;
    private Optional<MatrixProvider> unopened;
    private @Nullable MatrixEngine engine;

    private EngineDoor(Workers workers, boolean byName, Optional<MatrixProvider> unopened) {
        this.workers = workers;
        this.byName = byName;
        this.unopened = unopened;
    }

    static EngineDoor of(MatrixChoice choice, Workers workers) {
        boolean byName = !choice.equals(MatrixChoice.VECTOR) && !choice.equals(MatrixChoice.AUTO);
        EngineDoor door = new EngineDoor(workers, byName, choice.provider());
        if (byName) {
            MatrixProvider provider = door.unopened.orElseThrow(() -> new IllegalArgumentException(
                    "matrix products: expected the provider " + choice.name() + " on the class path, found none"));
            provider.hindrance().ifPresent(reason -> {
                throw new IllegalArgumentException(reason + "; or choose vector products");
            });
            door.unopened = Optional.empty();
            try {
                door.engine = provider.open(workers);
            } catch (IllegalStateException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
        return door;
    }

    Optional<MatrixEngine> engineFor(DType type) {
        if (unopened.isPresent() && (type.quantised() || type == DType.BF16 || type == DType.F16)) {
            MatrixProvider provider = unopened.get();
            unopened = Optional.empty();
            open(provider);
        }
        return Optional.ofNullable(engine).filter(open -> open.takes(type));
    }

    private void open(MatrixProvider provider) {
        System.Logger logger = System.getLogger("dev.athanor.kernel");
        try {
            MatrixEngine opened = provider.open(workers);
            logger.log(Level.DEBUG, opened.explanation());
            engine = opened;
        } catch (IllegalStateException e) {
            logger.log(Level.WARNING, e.getMessage() + "; the vector kernels go on alone");
        }
    }

    void requireForLearning() {
        if (byName && engine != null && !engine.takesArrays()) {
            throw new IllegalArgumentException(
                    "training with this engine would be slower than with the vector kernels on " + "this machine ("
                            + engine.explanation() + "); leave it out, or choose vector products");
        }
    }

    /** Only by name: weights that learn keep the same bits everywhere unless somebody chose otherwise. */
    Optional<MatrixEngine> engineForArrays() {
        return byName ? Optional.ofNullable(engine).filter(MatrixEngine::takesArrays) : Optional.empty();
    }

    @Override
    public void close() {
        if (engine != null) {
            engine.close();
        }
    }
}
