package dev.athanor.kernel;

import dev.athanor.quant.StoredDots;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Which matrices of F16 have nothing but finite numbers, seen the first time they are multiplied: {@link StoredDots}
 * reads those at the speed of memory, with a vector made ready for it.
 */
final class FiniteHalves {
    /** Numbers one task looks at. */
    private static final int TASK = 1 << 20;

    private final Workers workers;
    private final boolean vectors;
    private final Map<Stored, Boolean> seen = new IdentityHashMap<>();
    private final Ready ready = new Ready();

    FiniteHalves(Kernels kernels, Workers workers) {
        this.workers = workers;
        this.vectors = !(kernels instanceof ScalarKernels);
    }

    /** A vector made ready, if it could be. */
    static final class Ready {
        private float[] scaled = new float[0];
        private boolean made;

        private void make(float[] x, int xo, int k) {
            if (scaled.length < k) {
                scaled = new float[k];
            }
            made = StoredDots.scaleForHalves(x, xo, k, scaled);
        }

        /** Whether products can be computed so: not where a number is too large. */
        boolean made() {
            return made;
        }

        float[] scaled() {
            return scaled;
        }
    }

    /**
     * The vector for products with w, where they can be computed so; good until the next call with another x.
     *
     * @param made the types that x is ready for; added to
     */
    Optional<Ready> ready(Stored w, float[] x, int xo, Set<DType> made) {
        int k = w.shape().dim(-1);
        if (w.type() != DType.F16 || !vectors || !StoredDots.has(w.type(), k)) {
            return Optional.empty();
        }
        Boolean finite = seen.get(w);
        if (finite == null) {
            finite = look(w);
            seen.put(w, finite);
        }
        if (!finite) {
            return Optional.empty();
        }
        if (made.add(w.type())) {
            workers.step(() -> ready.make(x, xo, k));
        }
        return Optional.of(ready);
    }

    private boolean look(Stored w) {
        long numbers = w.shape().elements();
        AtomicBoolean finite = new AtomicBoolean(true);
        workers.once(Math.toIntExact((numbers + TASK - 1) / TASK), (task, worker) -> {
            long first = (long) task * TASK;
            int count = (int) Math.min(TASK, numbers - first);
            if (!StoredDots.finiteHalves(w.bytes(), first * Short.BYTES, count)) {
                finite.set(false);
            }
        });
        return finite.get();
    }
}
