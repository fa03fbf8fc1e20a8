package dev.athanor.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** How fast one thread multiplies a tile in each kind of numbers, for people to read; nothing is chosen by it. */
record Speeds(Map<Kind, Double> flops) {
    private static final int ROWS = 512;
    private static final int DEPTH = 256;
    private static final int ROUNDS = 20;

    Speeds {
        flops = Map.copyOf(flops);
    }

    /** Takes some milliseconds; the kinds take turns and the best of each counts. */
    static Speeds measure(Dnnl dnnl) {
        Map<Kind, Double> flops = new EnumMap<>(Kind.class);
        try (Arena arena = Arena.ofConfined()) {
            Map<Kind, TilePlan> plans = new EnumMap<>(Kind.class);
            Map<Kind, TileCall> calls = new EnumMap<>(Kind.class);
            MemorySegment stream = dnnl.newStream();
            MemorySegment operand = arena.allocate((long) ROWS * DEPTH * Float.BYTES, 64);
            MemorySegment result = arena.allocate((long) ROWS * TilePlan.COLUMNS * Float.BYTES, 64);
            for (Kind kind : Kind.values()) {
                try {
                    TilePlan plan = new TilePlan(dnnl, kind, ROWS, DEPTH, false);
                    plans.put(kind, plan);
                    calls.put(kind, new TileCall(dnnl, plan, stream, result, arena));
                } catch (IllegalStateException e) {
                    flops.put(kind, 0.0); // no fast implementation
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                calls.forEach((kind, call) -> flops.merge(kind, time(call, operand), Math::max));
            }
            calls.values().forEach(TileCall::close);
            plans.values().forEach(TilePlan::close);
            dnnl.destroyStream(stream);
        }
        return new Speeds(flops);
    }

    private static double time(TileCall call, MemorySegment operand) {
        long start = System.nanoTime();
        call.run(operand, operand);
        double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
        return 2.0 * ROWS * TilePlan.COLUMNS * DEPTH / seconds;
    }

    double of(Kind kind) {
        return flops.getOrDefault(kind, 0.0);
    }
}
