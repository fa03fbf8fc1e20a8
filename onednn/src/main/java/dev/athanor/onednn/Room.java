package dev.athanor.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one thread needs for its tiles; serves one kind of product. */
final class Room implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    final float[] floats;
    final float[] spare;
    final short[] shorts; // [columns, depth] (BF16)
    final short[] square = new short[Bf16Product.SIDE * TilePlan.COLUMNS];
    final float[] total;
    final float[] columnScales = new float[TilePlan.COLUMNS];
    final int[] offsets = new int[TilePlan.COLUMNS];
    final int[] unused = new int[1];
    final MemorySegment weights; // [columns, depth]
    final MemorySegment result; // [rows, columns]

    private final Dnnl dnnl;
    private final Arena arena;
    private final MemorySegment stream;
    private final Map<TilePlan, TileCall> calls = new HashMap<>();
    private @Nullable Thread told; // that it computes alone

    /**
     * @param mostRows of a tile
     * @param read rows that are read at once
     */
    Room(Dnnl dnnl, Kind kind, int mostRows, int read, Arena arena) {
        this.dnnl = dnnl;
        this.arena = arena;
        int depth = kind.depth();
        floats = new float[read * depth];
        spare = new float[read * depth];
        shorts = new short[kind == Kind.BF16 ? TilePlan.COLUMNS * depth : 0];
        total = new float[mostRows * TilePlan.COLUMNS];
        weights = arena.allocate((long) TilePlan.COLUMNS * depth * kind.bytes(), CACHE_LINE);
        result = arena.allocate((long) mostRows * TilePlan.COLUMNS * Float.BYTES, CACHE_LINE);
        stream = dnnl.newStream();
    }

    /** Multiplies the rows at {@code rows} by the columns at {@code columns} into {@link #result}. */
    void run(TilePlan plan, MemorySegment rows, MemorySegment columns) {
        if (told != Thread.currentThread()) {
            dnnl.stayOnThisThread();
            told = Thread.currentThread();
        }
        TileCall call = calls.get(plan);
        if (call == null) {
            call = new TileCall(dnnl, plan, stream, result, arena);
            calls.put(plan, call);
        }
        call.run(rows, columns);
    }

    @Override
    public void close() {
        calls.values().forEach(TileCall::close);
        dnnl.destroyStream(stream);
    }
}
