package dev.athanor.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;

/**
 * How fast this machine multiplies a tile in each kind of numbers, on one thread. Measured against oneDNN's own F32,
 * which is about as fast as the vector kernels and needs no compiler to warm up.
 */
final class Speeds {
    private static final int ROWS = 128;
    private static final int DEPTH = 256;
    private static final int ROUNDS = 12;

    private final Map<Kind, Double> flops = new EnumMap<>(Kind.class);
    private final Map<Kind, String> implementations = new EnumMap<>(Kind.class);

    /** Takes a few milliseconds; kinds this machine has no fast implementation of have speed 0. */
    static Speeds measure(Dnnl dnnl) {
        Speeds speeds = new Speeds();
        try (Arena arena = Arena.ofConfined()) {
            Map<Kind, TilePlan> plans = new EnumMap<>(Kind.class);
            Map<Kind, TileCall> calls = new EnumMap<>(Kind.class);
            MemorySegment stream = dnnl.newStream();
            MemorySegment operand = arena.allocate((long) ROWS * DEPTH * Float.BYTES, 64);
            MemorySegment result = arena.allocate((long) ROWS * TilePlan.COLUMNS * Float.BYTES, 64);
            for (Kind kind : Kind.values()) {
                speeds.flops.put(kind, 0.0);
                try {
                    TilePlan plan = new TilePlan(dnnl, kind, ROWS, DEPTH);
                    plans.put(kind, plan);
                    speeds.implementations.put(kind, plan.implementation());
                    calls.put(kind, new TileCall(dnnl, plan, stream, result, arena));
                } catch (IllegalStateException e) {
                    speeds.implementations.put(kind, String.valueOf(e.getMessage()));
                }
            }
            if (calls.containsKey(Kind.INT8) && !exact(calls, operand, result)) {
                calls.remove(Kind.INT8).close();
                speeds.implementations.put(Kind.INT8, "sums that saturate");
            }
            operand.fill((byte) 0);
            for (int round = 0; round < ROUNDS; round++) {
                calls.forEach((kind, call) -> speeds.time(kind, call, operand));
            }
            calls.values().forEach(TileCall::close);
            plans.values().forEach(TilePlan::close);
            dnnl.destroyStream(stream);
        }
        return speeds;
    }

    private void time(Kind kind, TileCall call, MemorySegment operand) {
        long start = System.nanoTime();
        call.run(operand, operand);
        double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
        flops.merge(kind, 2.0 * ROWS * TilePlan.COLUMNS * DEPTH / seconds, Math::max);
    }

    /** Whether 255 · -1, 256 times, is what it should be: older instructions saturate at 16 bits. */
    private static boolean exact(Map<Kind, TileCall> calls, MemorySegment operand, MemorySegment result) {
        operand.fill((byte) 0xff); // 255 in the source, -1 in the weights
        TileCall call = calls.get(Kind.INT8);
        if (call == null) {
            return false;
        }
        call.run(operand, operand);
        for (int i = 0; i < ROWS * TilePlan.COLUMNS; i++) {
            if (result.getAtIndex(ValueLayout.JAVA_INT, i) != -255 * DEPTH) {
                return false;
            }
        }
        operand.fill((byte) 0x7f); // 127 in both
        call.run(operand, operand);
        return result.getAtIndex(ValueLayout.JAVA_INT, 0) == 127 * 127 * DEPTH;
    }

    double flops(Kind kind) {
        return flops.getOrDefault(kind, 0.0);
    }

    String implementation(Kind kind) {
        return implementations.getOrDefault(kind, "none");
    }

    /** How many times as fast as F32. */
    double ratio(Kind kind) {
        return flops(Kind.F32) > 0 ? flops(kind) / flops(Kind.F32) : 0;
    }
}
