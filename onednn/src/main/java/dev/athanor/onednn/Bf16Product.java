package dev.athanor.onednn;

import dev.athanor.kernel.Workers;
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
 * threads; every task rounds its own columns of B where memory has them as rows ({@link PackedSteps} where it does not)
 * and calls oneDNN for itself: Athanor's threads share the work, and none of OpenMP's ever start. Sums are F32, in
 * oneDNN's own order.
 */
final class Bf16Product implements AutoCloseable {
    /** Rows of A one call multiplies. */
    static final int ROWS = 512;

    /** Plans exist for multiples of it, so that a few serve every length of prompt. */
    private static final int ROW_STEP = 16;

    /** Depths are multiples of it: an instruction multiplies up to 64 bytes. */
    private static final int DEPTH_STEP = 32;

    /** Steps of k that are turned at once. */
    static final int SIDE = 16;

    private static final int COLUMNS = TilePlan.COLUMNS;
    private static final int BYTES = Short.BYTES;

    private record Shape(int rows, int depth, boolean kMajor) {}

    private final Dnnl dnnl;
    private final Workers workers;
    private final Numbers numbers;
    private final PackedSteps packed;
    private final Arena arena = Arena.ofShared();
    private final List<Room> rooms = new ArrayList<>();
    private final Map<Shape, TilePlan> plans = new HashMap<>();
    private Arena sourceArena = Arena.ofShared();
    private MemorySegment source = MemorySegment.NULL;

    Bf16Product(Dnnl dnnl, Workers workers, Numbers numbers) {
        this.dnnl = dnnl;
        this.workers = workers;
        this.numbers = numbers;
        this.packed = new PackedSteps(workers, numbers);
        for (int i = 0; i < workers.threads(); i++) {
            rooms.add(new Room(dnnl, Kind.BF16, ROWS, ROW_STEP, arena));
        }
    }

    /** C [m, n] with rows {@code ldc} apart (+)= the product of rows of {@code a} with rows of {@code b}. */
    void multiply(int m, int n, int k, Source a, Source b, float[] c, int co, int ldc, boolean accumulate) {
        int most = b.kMajor() ? PackedSteps.MOST_COLUMNS : n;
        for (int fromK = 0; fromK < k; fromK += Kind.BF16.depth()) {
            int steps = Math.min(Kind.BF16.depth(), k - fromK);
            int depth = roundUp(steps, DEPTH_STEP);
            boolean add = accumulate || fromK > 0;
            for (int column = 0; column < n; column += most) {
                int columns = Math.min(most, n - column);
                if (b.kMajor()) {
                    packed.pack(b, column, columns, fromK, steps, depth, rooms);
                }
                for (int row = 0; row < m; row += ROWS) {
                    int rows = Math.min(ROWS, m - row);
                    pack(row, rows, fromK, steps, roundUp(rows, ROW_STEP), depth, a);
                    block(rows, column, columns, fromK, steps, depth, b, c, co + row * ldc + column, ldc, add);
                }
            }
        }
    }

    /** The rows of A that are packed, times columns of B. */
    private void block(
            int m, int first, int n, int fromK, int k, int depth, Source b, float[] c, int co, int ldc, boolean add) {
        TilePlan plan = plans.computeIfAbsent(
                new Shape(roundUp(m, ROW_STEP), depth, b.kMajor()),
                s -> new TilePlan(dnnl, Kind.BF16, s.rows, s.depth, s.kMajor));
        workers.run((n + COLUMNS - 1) / COLUMNS, (tile, worker) -> {
            Room room = rooms.get(worker);
            int from = tile * COLUMNS;
            int columns = Math.min(COLUMNS, n - from);
            if (b.kMajor()) {
                room.run(plan, source, packed.tile(tile, depth));
            } else {
                rows(b, first + from, columns, fromK, k, depth, room.weights, 0, room);
                room.run(plan, source, room.weights);
            }
            numbers.write(room.result, m, columns, c, co + from, ldc, add);
        });
    }

    private void pack(int first, int m, int fromK, int k, int padded, int depth, Source a) {
        long bytes = (long) padded * depth * BYTES;
        if (source.byteSize() < bytes) {
            grow(bytes);
        }
        // steps of k that are rows of memory are read some lines at a time and turned
        int step = a.kMajor() ? COLUMNS : ROW_STEP;
        workers.run((m + step - 1) / step, (task, worker) -> {
            int row = task * step;
            int count = Math.min(step, m - row);
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
        if (from instanceof Source.Floats f && f.kMajor()) {
            turned(f, first, count, fromK, k, depth, room);
            MemorySegment.copy(room.shorts, 0, to, ValueLayout.JAVA_SHORT, at, count * depth);
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

    /** Up to {@link #COLUMNS} rows as BF16 [count, depth] of an operand whose steps of k are rows. */
    private void turned(Source.Floats from, int first, int count, int fromK, int k, int depth, Room room) {
        short[] square = room.square; // [SIDE, COLUMNS]
        for (int block = 0; block < depth; block += SIDE) {
            for (int step = 0; step < SIDE; step++) {
                int at = from.xo() + (fromK + block + step) * from.ld() + first;
                if (block + step >= k) {
                    Arrays.fill(square, step * COLUMNS, (step + 1) * COLUMNS, (short) 0);
                } else if (count == COLUMNS) {
                    numbers.toBf16(from.x(), at, COLUMNS, square, step * COLUMNS);
                } else {
                    System.arraycopy(from.x(), at, room.floats, 0, count);
                    numbers.toBf16(room.floats, 0, COLUMNS, square, step * COLUMNS);
                }
            }
            for (int i = 0; i < count; i++) {
                for (int step = 0; step < SIDE; step++) {
                    room.shorts[i * depth + block + step] = square[step * COLUMNS + i];
                }
            }
        }
    }

    private static int roundUp(int n, int step) {
        return (n + step - 1) / step * step;
    }

    @Override
    public void close() {
        rooms.forEach(Room::close);
        plans.values().forEach(TilePlan::close);
        sourceArena.close();
        packed.close();
        arena.close();
    }
}
