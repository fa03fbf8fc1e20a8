package dev.athanor.train;

import dev.athanor.kernel.Workers;
import java.util.function.IntConsumer;

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

    /** Does something with each of {@code rows} rows of {@code columns} elements. */
    static void rows(Workers workers, int rows, int columns, IntConsumer body) {
        int each = Math.max(1, FLOATS / columns);
        workers.run((rows + each - 1) / each, (task, worker) -> {
            for (int row = task * each; row < Math.min(rows, (task + 1) * each); row++) {
                body.accept(row);
            }
        });
    }
}
