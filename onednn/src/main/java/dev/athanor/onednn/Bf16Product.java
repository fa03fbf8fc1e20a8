package dev.athanor.onednn;

import dev.athanor.kernel.Workers;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * C (+)= A · Bᵀ with operands rounded to BF16, in tiles of {@link TilePlan#COLUMNS} columns. A is rounded once, by all
 * threads; every task rounds its own columns of B, as rows or as steps of k, whichever memory has, and calls oneDNN for
 * itself: Athanor's threads share the work, and none of OpenMP's ever start. Sums are F32, in oneDNN's own order.
 */
final class Bf16Product implements AutoCloseable {
    /** Rows of A one call multiplies. */
    static final int ROWS = 512;

    /** Plans exist for multiples of it, so that a few serve every length of prompt. */
    private static final int ROW_STEP = 16;

    /** Depths are multiples of it: an instruction multiplies up to 64 bytes. */
    private static final int DEPTH_STEP = 32;

    private static final int COLUMNS = TilePlan.COLUMNS;
    private static final int BYTES = Short.BYTES;

    private record Shape(int rows, int depth, boolean kMajor) {}

    private final Dnnl dnnl;
    private final Workers workers;
    private final Numbers numbers;
    private final Arena arena = Arena.ofShared();
    private final List<Room> rooms = new ArrayList<>();
    private final Map<Shape, TilePlan> plans = new HashMap<>();
    private Arena sourceArena = Arena.ofShared();
    private MemorySegment source = MemorySegment.NULL;

    Bf16Product(Dnnl dnnl, Workers workers, Numbers numbers) {
        this.dnnl = dnnl;
        this.workers = workers;
        this.numbers = numbers;
        for (int i = 0; i < workers.threads(); i++) {
            rooms.add(new Room(dnnl, Kind.BF16, ROWS, ROW_STEP, arena));
        }
    }

    /** C [m, n] with rows {@code ldc} apart (+)= the product of rows of {@code a} with rows of {@code b}. */
    void multiply(int m, int n, int k, Source a, Source b, float[] c, int co, int ldc, boolean accumulate) {
        for (int row = 0; row < m; row += ROWS) {
            for (int from = 0; from < k; from += Kind.BF16.depth()) {
                int rows = Math.min(ROWS, m - row);
                int steps = Math.min(Kind.BF16.depth(), k - from);
                block(row, rows, n, from, steps, a, b, c, co + row * ldc, ldc, accumulate || from > 0);
            }
        }
    }

    private void block(
            int first, int m, int n, int fromK, int k, Source a, Source b, float[] c, int co, int ldc, boolean add) {
        int padded = roundUp(m, ROW_STEP);
        int depth = roundUp(k, DEPTH_STEP);
        pack(first, m, fromK, k, padded, depth, a);
        TilePlan plan = plans.computeIfAbsent(
                new Shape(padded, depth, b.kMajor()), s -> new TilePlan(dnnl, Kind.BF16, s.rows, s.depth, s.kMajor));
        workers.run((n + COLUMNS - 1) / COLUMNS, (tile, worker) -> {
            Room room = rooms.get(worker);
            int from = tile * COLUMNS;
            int columns = Math.min(COLUMNS, n - from);
            if (b.kMajor()) {
                steps(b, from, columns, fromK, k, depth, room);
            } else {
                rows(b, from, columns, fromK, k, depth, room.weights, 0, room);
            }
            room.run(plan, source, room.weights);
            numbers.write(room.result, m, columns, c, co + from, ldc, add);
        });
    }

    private void pack(int first, int m, int fromK, int k, int padded, int depth, Source a) {
        long bytes = (long) padded * depth * BYTES;
        if (source.byteSize() < bytes) {
            grow(bytes);
        }
        workers.run(padded / ROW_STEP, (task, worker) -> {
            int row = task * ROW_STEP;
            int count = Math.min(ROW_STEP, m - row);
            rows(a, first + row, count, fromK, k, depth, source, (long) row * depth * BYTES, rooms.get(worker));
        });
    }

    @SuppressWarnings("MustBeClosedChecker") // closed here when it grows, else by close()
    private void grow(long bytes) {
        sourceArena.close();
        sourceArena = Arena.ofShared();
        source = sourceArena.allocate(bytes, 64);
    }

    /** Rows of an operand as BF16 [count, depth], zeros behind k. */
    private void rows(
            Source from, int first, int count, int fromK, int k, int depth, MemorySegment to, long at, Room room) {
        long rowBytes = (long) depth * BYTES;
        if (k < depth) {
            to.asSlice(at, count * rowBytes).fill((byte) 0);
        }
        if (from instanceof Source.InFile(Stored w, boolean kMajor) && !kMajor && w.type() == DType.BF16) {
            for (int i = 0; i < count; i++) {
                long bytes = ((long) (first + i) * w.shape().dim(-1) + fromK) * BYTES;
                MemorySegment.copy(w.bytes(), bytes, to, at + i * rowBytes, (long) k * BYTES);
            }
            return;
        }
        for (int i = 0; i < count; i += ROW_STEP) {
            int some = Math.min(ROW_STEP, count - i);
            if (k < depth) {
                Arrays.fill(room.floats, 0, some * depth, 0f);
            }
            from.read(first + i, some, fromK, k, room.floats, depth, room.spare);
            numbers.toBf16(room.floats, 0, some * depth, room.shorts, 0);
            MemorySegment.copy(room.shorts, 0, to, ValueLayout.JAVA_SHORT, at + i * rowBytes, some * depth);
        }
    }

    /** Steps of k of an operand that has them as rows, as BF16 [depth, columns], zeros behind k. */
    private void steps(Source from, int first, int count, int fromK, int k, int depth, Room room) {
        short[] to = room.shorts;
        for (int step = 0; step < k; step++) {
            int at = step * COLUMNS;
            switch (from) {
                case Source.Floats f
                when count == COLUMNS ->
                    numbers.toBf16(f.x(), f.xo() + (fromK + step) * f.ld() + first, COLUMNS, to, at);
                case Source.Floats f -> {
                    System.arraycopy(f.x(), f.xo() + (fromK + step) * f.ld() + first, room.floats, 0, count);
                    numbers.toBf16(room.floats, 0, COLUMNS, to, at);
                }
                case Source.InFile f -> {
                    long number = (long) (fromK + step) * f.stored().shape().dim(-1) + first;
                    Blocks.decode(f.stored().type(), f.stored().bytes(), number, count, room.floats, 0);
                    numbers.toBf16(room.floats, 0, COLUMNS, to, at);
                }
            }
        }
        Arrays.fill(to, k * COLUMNS, depth * COLUMNS, (short) 0);
        MemorySegment.copy(to, 0, room.weights, ValueLayout.JAVA_SHORT, 0, depth * COLUMNS);
    }

    private static int roundUp(int n, int step) {
        return (n + step - 1) / step * step;
    }

    @Override
    public void close() {
        rooms.forEach(Room::close);
        plans.values().forEach(TilePlan::close);
        sourceArena.close();
        arena.close();
    }
}
