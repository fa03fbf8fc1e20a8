package dev.athanor.onednn;

import java.lang.foreign.MemorySegment;

/**
 * The machine code for one tile: source [rows, depth] · weights [{@link #COLUMNS}, depth]ᵀ, both without gaps. Several
 * threads may run it at once, each through a {@link TileCall} of its own.
 */
final class TilePlan implements AutoCloseable {
    /** Wider tiles were no faster: 64 columns of weights stay in the nearest cache while all rows meet them. */
    static final int COLUMNS = 64;

    private final Dnnl dnnl;
    private final String implementation;
    private final MemorySegment primitive;
    private final MemorySegment plan;
    private final MemorySegment source;
    private final MemorySegment weights;
    private final MemorySegment result;

    /**
     * @param kMajor whether weights are [depth, columns] instead
     * @throws IllegalStateException where oneDNN has only its reference implementation, which takes minutes where
     *     others take milliseconds
     */
    TilePlan(Dnnl dnnl, Kind kind, int rows, int depth, boolean kMajor) {
        this.dnnl = dnnl;
        dnnl.stayOnThisThread(); // a plan is made for the number of threads of the thread that makes it
        source = dnnl.describe(rows, depth, kind.source(), depth, 1);
        weights = kMajor
                ? dnnl.describe(depth, COLUMNS, kind.weights(), COLUMNS, 1)
                : dnnl.describe(depth, COLUMNS, kind.weights(), 1, depth);
        result = dnnl.describe(rows, COLUMNS, kind.result(), COLUMNS, 1);
        plan = dnnl.plan(source, weights, result);
        implementation = dnnl.implementation(plan);
        requireFast(kind, implementation);
        primitive = dnnl.compile(plan);
    }

    static void requireFast(Kind kind, String implementation) {
        if (implementation.startsWith("ref") || implementation.contains(":ref")) {
            throw new IllegalStateException("oneDNN: expected a fast implementation of " + kind
                    + " products, found the reference \"" + implementation
                    + "\"; choose --matmul vector on this machine");
        }
    }

    String implementation() {
        return implementation;
    }

    MemorySegment primitive() {
        return primitive;
    }

    MemorySegment source() {
        return source;
    }

    MemorySegment weights() {
        return weights;
    }

    MemorySegment result() {
        return result;
    }

    MemorySegment scratchpad() {
        return dnnl.scratchpad(plan);
    }

    @Override
    public void close() {
        dnnl.destroyPrimitive(primitive);
        dnnl.destroyPlan(plan);
        dnnl.destroyDescription(source);
        dnnl.destroyDescription(weights);
        dnnl.destroyDescription(result);
    }
}
