package dev.athanor.onednn;

import dev.athanor.kernel.Workers;
import dev.athanor.onednn.PackedWeights.Packed;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * C (+)= A · Bᵀ in 8-bit integers, in tiles of {@link TilePlan#COLUMNS} columns. A is packed once, by all threads;
 * every task packs its own columns of B, and calls oneDNN for itself: Athanor's threads share the work, and none of
 * OpenMP's ever start.
 *
 * <p>Tiles follow from shapes, never from the number of threads. The sums are of integers and exact, and the rest is
 * Java's arithmetic in a fixed order, so results have the same bits wherever they are computed.
 */
final class IntegerProduct implements AutoCloseable {
    /** Rows of A one call multiplies: a tile of sums, its total and a slice of A fit the second cache. */
    static final int ROWS = 512;

    /** Plans exist for multiples of it, so that a few serve every length of prompt. */
    private static final int ROW_STEP = 16;

    /** Depths are multiples of it: an instruction multiplies up to 64 bytes. */
    private static final int DEPTH_STEP = 32;

    private static final int DEPTH = Kind.INT8.depth();

    private final Dnnl dnnl;
    private final Workers workers;
    private final Numbers numbers;
    private final PackedWeights kept;
    private final Arena arena = Arena.ofShared();
    private final List<Room> rooms = new ArrayList<>();
    private final Map<Long, TilePlan> plans = new HashMap<>();
    private Arena sourceArena = Arena.ofShared();
    private MemorySegment source = MemorySegment.NULL;
    private float[] rowScales = new float[0];

    /** Keeps up to {@code kept} bytes of packed weights. */
    IntegerProduct(Dnnl dnnl, Workers workers, Numbers numbers, long kept) {
        this.dnnl = dnnl;
        this.workers = workers;
        this.numbers = numbers;
        this.kept = new PackedWeights(kept);
        for (int i = 0; i < workers.threads(); i++) {
            rooms.add(new Room(dnnl, Kind.INT8, ROWS, TilePlan.COLUMNS, arena));
        }
    }

    /** Where the part of A for a slice of k begins, and which code multiplies it. */
    private record Slice(int fromK, int k, int depth, long at, TilePlan plan) {}

    /** C [m, n] with rows {@code ldc} apart (+)= the product of rows of {@code a} with rows of {@code b}. */
    void multiply(int m, int n, int k, Source a, Source b, float[] c, int co, int ldc, boolean accumulate) {
        for (int first = 0; first < m; first += ROWS) {
            int rows = Math.min(ROWS, m - first);
            block(first, rows, n, k, a, b, c, co + first * ldc, ldc, accumulate);
        }
    }

    private void block(
            int first, int m, int n, int k, Source a, Source b, float[] c, int co, int ldc, boolean accumulate) {
        int padded = roundUp(m, ROW_STEP);
        List<Slice> slices = slices(padded, k);
        pack(first, m, padded, a, slices);
        int tiles = (n + TilePlan.COLUMNS - 1) / TilePlan.COLUMNS;
        Optional<Packed> packed = packed(b, tiles, slices);
        workers.run(tiles, (tile, worker) -> {
            Room room = rooms.get(worker);
            int from = tile * TilePlan.COLUMNS;
            int columns = Math.min(TilePlan.COLUMNS, n - from);
            Arrays.fill(room.total, 0, padded * TilePlan.COLUMNS, 0f);
            for (int i = 0; i < slices.size(); i++) {
                Slice slice = slices.get(i);
                MemorySegment rows = source.asSlice(slice.at);
                if (packed.isPresent()) {
                    Packed all = packed.get();
                    int group = (tile * slices.size() + i) * TilePlan.COLUMNS;
                    long at = (long) TilePlan.COLUMNS * (tile * depths(slices) + slice.fromK);
                    if (!all.done()[tile]) {
                        fill(room, slice, b, from, columns, TilePlan.COLUMNS);
                        quantise(room, slice, all.bytes(), at, all.scales(), all.offsets(), group);
                    }
                    room.run(slice.plan, rows, all.bytes().asSlice(at));
                    addScaled(room, m, all.offsets(), all.scales(), group, i * padded);
                } else {
                    fill(room, slice, b, from, columns, TilePlan.COLUMNS);
                    multiplyUnkept(room, slice, rows, m, i * padded);
                }
            }
            packed.ifPresent(all -> all.done()[tile] = true);
            write(room.total, m, columns, c, co + from, ldc, accumulate);
        });
    }

    private Optional<Packed> packed(Source b, int tiles, List<Slice> slices) {
        return b instanceof Source.InFile(Stored stored, boolean kMajor)
                ? kept.of(stored, kMajor, tiles, slices.size(), (int) depths(slices))
                : Optional.empty();
    }

    private static long depths(List<Slice> slices) {
        Slice last = slices.getLast();
        return (long) last.fromK + last.depth;
    }

    private void multiplyUnkept(Room room, Slice slice, MemorySegment rows, int m, int so) {
        quantise(room, slice, room.weights, 0, room.columnScales, room.offsets, 0);
        room.run(slice.plan, rows, room.weights);
        addScaled(room, m, room.offsets, room.columnScales, 0, so);
    }

    private void addScaled(Room room, int m, int[] offsets, float[] scales, int group, int so) {
        int columns = TilePlan.COLUMNS;
        numbers.addScaled(room.total, room.result, m, columns, offsets, scales, group, rowScales, so);
    }

    private void quantise(Room room, Slice slice, MemorySegment to, long at, float[] scales, int[] offsets, int group) {
        for (int j = 0; j < TilePlan.COLUMNS; j++) {
            int from = j * slice.depth;
            scales[group + j] = numbers.quantise(room.floats, from, slice.depth, 0, to, at + from, offsets, group + j);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // closed here when it grows, else by close()
    private List<Slice> slices(int padded, int k) {
        List<Slice> slices = new ArrayList<>();
        long at = 0;
        for (int from = 0; from < k; from += DEPTH) {
            int count = Math.min(DEPTH, k - from);
            int depth = roundUp(count, DEPTH_STEP);
            slices.add(new Slice(from, count, depth, at, plan(padded, depth)));
            at += (long) padded * depth;
        }
        if (source.byteSize() < at) {
            sourceArena.close();
            sourceArena = Arena.ofShared();
            source = sourceArena.allocate(at, 64);
        }
        if (rowScales.length < slices.size() * padded) {
            rowScales = new float[slices.size() * padded];
        }
        return slices;
    }

    TilePlan plan(int rows, int depth) {
        return plans.computeIfAbsent(
                (long) rows << 32 | depth, key -> new TilePlan(dnnl, Kind.INT8, rows, depth, false));
    }

    private void pack(int first, int m, int padded, Source a, List<Slice> slices) {
        int steps = padded / ROW_STEP;
        workers.run(slices.size() * steps, (task, worker) -> {
            Room room = rooms.get(worker);
            int i = task / steps;
            Slice slice = slices.get(i);
            int row = task % steps * ROW_STEP;
            fill(room, slice, a, first + row, Math.min(ROW_STEP, m - row), ROW_STEP);
            for (int r = 0; r < ROW_STEP; r++) {
                long to = slice.at + (long) (row + r) * slice.depth;
                int from = r * slice.depth;
                rowScales[i * padded + row + r] =
                        numbers.quantise(room.floats, from, slice.depth, 128, source, to, room.unused, 0);
            }
        });
    }

    /** Reads rows of an operand, with zeros around what it does not have. */
    private static void fill(Room room, Slice slice, Source from, int first, int count, int rows) {
        if (count < rows || slice.k < slice.depth) {
            Arrays.fill(room.floats, 0, rows * slice.depth, 0f);
        }
        from.read(first, count, slice.fromK, slice.k, room.floats, slice.depth, room.spare);
    }

    private static void write(float[] total, int m, int columns, float[] c, int co, int ldc, boolean accumulate) {
        for (int r = 0; r < m; r++) {
            int from = r * TilePlan.COLUMNS;
            int to = co + r * ldc;
            if (accumulate) {
                for (int j = 0; j < columns; j++) {
                    c[to + j] += total[from + j];
                }
            } else {
                System.arraycopy(total, from, c, to, columns);
            }
        }
    }

    private static int roundUp(int n, int step) {
        return (n + step - 1) / step * step;
    }

    @Override
    public void close() {
        kept.close();
        rooms.forEach(Room::close);
        plans.values().forEach(TilePlan::close);
        sourceArena.close();
        arena.close();
    }
}
