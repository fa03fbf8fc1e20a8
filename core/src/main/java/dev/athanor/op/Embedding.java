package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.kernel.StoredRows;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import java.util.Optional;

/** Looks up the vector of every token, and adds that of its position where positions are learned. */
public final class Embedding {
    /** Columns of the gradient one task adds to: tasks split columns because several rows may hold the same token. */
    private static final int COLUMNS = 64;

    private Embedding() {}

    /**
     * @param tokens [batch * length]
     * @param places where each token stands
     * @param table [V, d]
     * @param positions [context, d]
     * @return [batch * length, d]
     */
    public static Value apply(Tape tape, int[] tokens, Positions places, Value table, Optional<Value> positions) {
        int d = table.columns();
        Value y = tape.value(tokens.length, d);
        boolean stored = positions.isPresent() && positions.get().weight() instanceof Stored;
        float[] rows = tape.array(stored ? tokens.length * d : 0);
        Compute compute = tape.compute();
        Rows.forEach(compute.workers(), tokens.length, d, (from, to, part) -> {
            for (int row = from; row < to; row++) {
                int at = y.offset() + row * d;
                copyRow(table, tokens[row], y.array(), at);
                if (positions.isPresent()) {
                    addRow(compute, positions.get(), places.of(row), y.array(), at, rows, row * d);
                }
            }
        });
        tape.record(y, () -> backward(tape, tokens, places, table, positions, y));
        return y;
    }

    private static void copyRow(Value table, int row, float[] out, int oo) {
        int d = table.columns();
        switch (table.weight()) {
            case Tensor t -> System.arraycopy(t.data(), t.offset() + row * d, out, oo, d);
            case Stored s -> StoredRows.read(s, row, out, oo);
        }
    }

    /** @param room for a row of a stored table, from {@code ro} on */
    private static void addRow(Compute compute, Value table, int row, float[] out, int oo, float[] room, int ro) {
        int d = table.columns();
        switch (table.weight()) {
            case Tensor t -> compute.kernels().add(out, oo, t.data(), t.offset() + row * d, d);
            case Stored s -> {
                StoredRows.read(s, row, room, ro);
                compute.kernels().add(out, oo, room, ro, d);
            }
        }
    }

    private static void backward(
            Tape tape, int[] tokens, Positions places, Value table, Optional<Value> positions, Value y) {
        Optional<Value> learned = positions.filter(Value::learns);
        if (!table.learns() && learned.isEmpty()) {
            return;
        }
        int d = table.columns();
        Compute compute = tape.compute();
        Kernels kernels = compute.kernels();
        if (table.learns()) {
            table.beginFromZero(compute.workers());
        }
        learned.ifPresent(p -> p.beginFromZero(compute.workers()));
        compute.workers().run((d + COLUMNS - 1) / COLUMNS, (task, worker) -> {
            int first = task * COLUMNS;
            int count = Math.min(COLUMNS, d - first);
            for (int row = 0; row < tokens.length; row++) {
                int from = y.gradientOffset() + row * d + first;
                if (table.learns()) {
                    int at = table.gradientOffset() + tokens[row] * d + first;
                    kernels.add(table.gradient(), at, y.gradient(), from, count);
                }
                if (learned.isPresent()) {
                    Value p = learned.get();
                    int position = places.of(row);
                    kernels.add(p.gradient(), p.gradientOffset() + position * d + first, y.gradient(), from, count);
                }
            }
        });
    }
}
