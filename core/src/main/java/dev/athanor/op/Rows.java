package dev.athanor.op;

import dev.athanor.kernel.Workers;

/**
 * Splits row-wise work into tasks. Splits follow from shapes alone, so sums over tasks have the same bits on any number
 * of threads.
 */
final class Rows {
    /** Elements per task, 64 KiB: some microseconds of work. */
    private static final int TASK_ELEMENTS = 1 << 14;

    /** Most partial sums a reduction over rows keeps. */
    private static final int MAX_PARTS = 32;

    private Rows() {}

    /** Does something with rows [from, to). */
    @FunctionalInterface
    interface Body {
        void run(int from, int to, int part);
    }

    static void forEach(Workers workers, int rows, int columns, Body body) {
        int perTask = Math.max(1, TASK_ELEMENTS / Math.max(1, columns));
        split(workers, rows, perTask, body);
    }

    /**
     * Like {@link #forEach} with at most {@link #MAX_PARTS} parts; {@code part} names the partial sum a body may write.
     */
    static void forEachPart(Workers workers, int rows, int columns, Body body) {
        split(workers, rows, rowsPerPart(rows, columns), body);
    }

    static int parts(int rows, int columns) {
        int perPart = rowsPerPart(rows, columns);
        return (rows + perPart - 1) / perPart;
    }

    private static int rowsPerPart(int rows, int columns) {
        return Math.max(Math.max(1, TASK_ELEMENTS / Math.max(1, columns)), (rows + MAX_PARTS - 1) / MAX_PARTS);
    }

    private static void split(Workers workers, int rows, int perTask, Body body) {
        workers.run((rows + perTask - 1) / perTask, (task, worker) -> {
            int from = task * perTask;
            body.run(from, Math.min(rows, from + perTask), task);
        });
    }
}
