package dev.athanor.onednn;

import dev.athanor.kernel.Workers;
import dev.athanor.quant.Blocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * An operand that memory has step of k by step of k, rounded to BF16 as tiles need it: [tiles, depth, columns]. All
 * threads round it before any tile is multiplied, some whole steps each: memory is read from end to end then, and not
 * 64 columns of one step after the other, which it was several times slower at.
 */
final class PackedSteps implements AutoCloseable {
    /** Columns that are packed at once: 32 MiB at the greatest depth. */
    static final int MOST_COLUMNS = 4096;

    /** Steps one task rounds. */
    private static final int STEPS = 16;

    private static final int COLUMNS = TilePlan.COLUMNS;

    private final Workers workers;
    private final Numbers numbers;
    private final short[][] rooms; // one per thread, [tiles, STEPS, COLUMNS]
    private Arena arena = Arena.ofShared();
    private MemorySegment packed = MemorySegment.NULL;

    PackedSteps(Workers workers, Numbers numbers) {
        this.workers = workers;
        this.numbers = numbers;
        this.rooms = new short[workers.threads()][0];
    }

    /**
     * Packs columns {@code first … first + count - 1} of steps {@code fromK … fromK + k - 1}; zeros behind both.
     *
     * @param depth at least k, a multiple of {@link #STEPS}
     * @param spare of each thread
     */
    void pack(Source from, int first, int count, int fromK, int k, int depth, List<Room> spare) {
        int tiles = (count + COLUMNS - 1) / COLUMNS;
        long bytes = (long) tiles * depth * COLUMNS * Short.BYTES;
        if (packed.byteSize() < bytes) {
            grow(bytes);
        }
        workers.run(depth / STEPS, (task, worker) -> {
            if (rooms[worker].length < tiles * STEPS * COLUMNS) {
                rooms[worker] = new short[tiles * STEPS * COLUMNS];
            }
            short[] room = rooms[worker];
            int step = task * STEPS;
            for (int i = 0; i < STEPS; i++) {
                if (step + i < k) {
                    round(from, first, count, fromK + step + i, room, i * COLUMNS, spare.get(worker).floats);
                } else {
                    clear(room, i * COLUMNS, tiles);
                }
            }
            for (int tile = 0; tile < tiles; tile++) {
                long to = at(tile, depth) + (long) step * COLUMNS * Short.BYTES;
                int some = STEPS * COLUMNS;
                MemorySegment.copy(room, tile * some, packed, ValueLayout.JAVA_SHORT, to, some);
            }
        });
    }

    /** The {@code tile}th tile [depth, columns] of what was packed. */
    MemorySegment tile(int tile, int depth) {
        return packed.asSlice(at(tile, depth));
    }

    private static long at(int tile, int depth) {
        return (long) tile * depth * COLUMNS * Short.BYTES;
    }

    /** One step of all tiles, {@link #STEPS} · {@link #COLUMNS} apart. */
    private void round(Source from, int first, int count, int step, short[] out, int to, float[] floats) {
        switch (from) {
            case Source.Floats f -> {
                int at = f.xo() + step * f.ld() + first;
                int whole = count / COLUMNS;
                numbers.toBf16Tiles(f.x(), at, whole, out, to, STEPS * COLUMNS);
                if (whole * COLUMNS < count) {
                    int rest = count - whole * COLUMNS;
                    System.arraycopy(f.x(), at + whole * COLUMNS, floats, 0, rest);
                    Arrays.fill(floats, rest, COLUMNS, 0f);
                    numbers.toBf16(floats, 0, COLUMNS, out, to + whole * STEPS * COLUMNS);
                }
            }
            case Source.InFile f -> {
                long number = (long) step * f.stored().shape().dim(-1) + first;
                int tiles = (count + COLUMNS - 1) / COLUMNS;
                Blocks.decode(f.stored().type(), f.stored().bytes(), number, count, floats, 0);
                Arrays.fill(floats, count, tiles * COLUMNS, 0f);
                numbers.toBf16Tiles(floats, 0, tiles, out, to, STEPS * COLUMNS);
            }
        }
    }

    private static void clear(short[] room, int at, int tiles) {
        for (int tile = 0; tile < tiles; tile++) {
            int from = at + tile * STEPS * COLUMNS;
            Arrays.fill(room, from, from + COLUMNS, (short) 0);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // closed here when it grows, else by close()
    private void grow(long bytes) {
        arena.close();
        arena = Arena.ofShared();
        packed = arena.allocate(bytes, 64);
    }

    @Override
    public void close() {
        arena.close();
    }
}
