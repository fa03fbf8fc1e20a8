package dev.athanor.onednn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which kinds of numbers this machine multiplies faster than F32. It follows from the instructions oneDNN chose and the
 * maker of the processor, never from a clock: a busy moment must not change which bits a prompt gives.
 *
 * @param kinds those that are faster
 * @param implementations by what each would be computed, or why it cannot
 */
record Suitable(Set<Kind> kinds, Map<Kind, String> implementations) {
    private static final int ROWS = 16;
    private static final int DEPTH = 256;

    /** Parts of implementation names whose 8-bit instructions add in 32 bits: four times the F32 peak. */
    private static final List<String> INTEGERS = List.of("vnni", "avx512_core_bf16", "avx10", "amx");

    Suitable {
        kinds = Set.copyOf(kinds);
        implementations = Map.copyOf(implementations);
    }

    static Suitable here(Dnnl dnnl) {
        return find(dnnl, vendor());
    }

    private static Suitable find(Dnnl dnnl, String vendor) {
        Map<Kind, String> implementations = new EnumMap<>(Kind.class);
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            try (TilePlan plan = new TilePlan(dnnl, kind, ROWS, DEPTH, false)) {
                implementations.put(kind, plan.implementation());
                if (faster(kind, plan.implementation(), vendor) && (kind != Kind.INT8 || exact(dnnl, plan))) {
                    kinds.add(kind);
                }
            } catch (IllegalStateException e) {
                implementations.put(kind, String.valueOf(e.getMessage()));
            }
        }
        return new Suitable(kinds, implementations);
    }

    /**
     * BF16 takes AMX or an AMD processor: those of Intel without AMX have the instruction at half the speed of F32's
     * (measured: 85 GFLOP/s on a thread that does 165 in F32).
     */
    static boolean faster(Kind kind, String implementation, String vendor) {
        return switch (kind) {
            case INT8 -> INTEGERS.stream().anyMatch(implementation::contains);
            case BF16 ->
                implementation.contains("amx")
                        || implementation.contains("avx512_core_bf16") && vendor.equals("AuthenticAMD");
            case F32 -> false;
        };
    }

    private static String vendor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("vendor_id"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("");
        } catch (IOException e) {
            return ""; // counts as a maker whose BF16 is slow
        }
    }

    /** Whether the largest sums come out right: instructions before VNNI saturate at 16 bits. */
    private static boolean exact(Dnnl dnnl, TilePlan plan) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate((long) ROWS * DEPTH, 64).fill((byte) 0xff);
            MemorySegment columns = arena.allocate((long) TilePlan.COLUMNS * DEPTH, 64);
            MemorySegment result = arena.allocate((long) ROWS * TilePlan.COLUMNS * Integer.BYTES, 64);
            MemorySegment stream = dnnl.newStream();
            try (TileCall call = new TileCall(dnnl, plan, stream, result, arena)) {
                for (int weight : new int[] {127, -127}) {
                    columns.fill((byte) weight);
                    call.run(rows, columns);
                    for (int i = 0; i < ROWS * TilePlan.COLUMNS; i++) {
                        if (result.getAtIndex(ValueLayout.JAVA_INT, i) != 255 * weight * DEPTH) {
                            return false;
                        }
                    }
                }
                return true;
            } finally {
                dnnl.destroyStream(stream);
            }
        }
    }

    String implementation(Kind kind) {
        return implementations.getOrDefault(kind, "none");
    }
}
