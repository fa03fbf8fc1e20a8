package dev.athanor.onednn;

import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Weights that were packed once and stay, since packing costs as much as multiplying some hundred rows. What exceeds
 * the budget is packed again for every product; results are the same.
 */
final class PackedWeights implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    private final Arena arena = Arena.ofShared();
    private final Map<Stored, Packed> byRows = new IdentityHashMap<>();
    private final Map<Stored, Packed> byColumns = new IdentityHashMap<>();
    private long left;

    /** Keeps up to {@code budget} bytes. */
    PackedWeights(long budget) {
        this.left = budget;
    }

    /**
     * One matrix, tile after tile of {@link TilePlan#COLUMNS} columns, and in each slice after slice of k.
     *
     * @param bytes [tiles, slices, columns, depth] signed bytes
     * @param scales [tiles, slices, columns]
     * @param offsets [tiles, slices, columns] 128 · the sum of the bytes over depth
     * @param done which tiles are packed; every tile belongs to one task of a product, and products follow one another
     */
    record Packed(MemorySegment bytes, float[] scales, int[] offsets, boolean[] done) {}

    /** Room for a matrix, filled or not; empty where the budget is used up. */
    Optional<Packed> of(Stored stored, boolean kMajor, int tiles, int slices, int depths) {
        Map<Stored, Packed> map = kMajor ? byColumns : byRows;
        Packed known = map.get(stored);
        if (known != null) {
            return Optional.of(known);
        }
        int groups = tiles * slices * TilePlan.COLUMNS;
        long bytes = (long) tiles * TilePlan.COLUMNS * depths;
        long all = bytes + (long) groups * (Float.BYTES + Integer.BYTES);
        if (all > left) {
            return Optional.empty();
        }
        left -= all;
        MemorySegment room = arena.allocate(bytes, CACHE_LINE);
        Packed packed = new Packed(room, new float[groups], new int[groups], new boolean[tiles]);
        map.put(stored, packed);
        return Optional.of(packed);
    }

    @Override
    public void close() {
        arena.close();
    }
}
