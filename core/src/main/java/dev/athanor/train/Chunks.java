package dev.athanor.train;

import dev.athanor.kernel.Workers;

/** Cuts long arrays into pieces for the workers; the cuts depend on the size alone. */
final class Chunks {
    /** 64 KiB: some microseconds of work. */
    private static final int FLOATS = 1 << 14;

    private Chunks() {}

    /** Does something with elements [at, at + count). */
    @FunctionalInterface
    interface Body {
        void run(int at, int count);
    }

    static void forEach(Workers workers, int size, Body body) {
        workers.run((size + FLOATS - 1) / FLOATS, (task, worker) -> {
            int at = task * FLOATS;
            body.run(at, Math.min(FLOATS, size - at));
        });
    }
}
