package dev.athanor.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One thread's way to run a {@link TilePlan}: where its operands lie, and its scratch memory. */
final class TileCall implements AutoCloseable {
    private static final int ARGUMENTS = 4;
    private static final int ARGUMENT_BYTES = 16;

    private final Dnnl dnnl;
    private final TilePlan plan;
    private final MemorySegment stream;
    private final MemorySegment arguments;
    private final MemorySegment source;
    private final MemorySegment weights;
    private final MemorySegment[] memories;

    /** @param result [rows, columns] */
    TileCall(Dnnl dnnl, TilePlan plan, MemorySegment stream, MemorySegment result, Arena arena) {
        this.dnnl = dnnl;
        this.plan = plan;
        this.stream = stream;
        long scratch = Math.max(64, dnnl.bytes(plan.scratchpad()));
        source = dnnl.newMemory(plan.source(), result); // set before each call, like the weights
        weights = dnnl.newMemory(plan.weights(), result);
        memories = new MemorySegment[] {
            source,
            weights,
            dnnl.newMemory(plan.result(), result),
            dnnl.newMemory(plan.scratchpad(), arena.allocate(scratch, 4096))
        };
        int[] names = {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD};
        arguments = arena.allocate((long) ARGUMENTS * ARGUMENT_BYTES, 8);
        for (int i = 0; i < ARGUMENTS; i++) {
            arguments.set(JAVA_INT, (long) i * ARGUMENT_BYTES, names[i]);
            arguments.set(ADDRESS, (long) i * ARGUMENT_BYTES + 8, memories[i]);
        }
    }

    /**
     * Multiplies.
     *
     * @param rows [rows, depth]
     * @param columns [columns, depth]
     */
    void run(MemorySegment rows, MemorySegment columns) {
        dnnl.point(source, rows);
        dnnl.point(weights, columns);
        dnnl.execute(plan.primitive(), stream, ARGUMENTS, arguments);
    }

    @Override
    public void close() {
        for (MemorySegment memory : memories) {
            dnnl.destroyMemory(memory);
        }
    }
}
