package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.athanor.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading is on the way of every product with stored weights; a vector that becomes an object shows as allocation. */
@Tag("kernel")
class BlocksAllocationTest {
    private static final int CALLS = 2000;

    static List<DType> types() {
        return GgmlBlocks.TYPES;
    }

    @ParameterizedTest
    @MethodSource("types")
    void readingAllocatesNothing(DType type) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] blocks = GgmlBlocks.bytes(type);
        float[] row = new float[GgmlBlocks.COLUMNS];
        try (Arena arena = Arena.ofShared()) { // as a mapped file is
            MemorySegment bytes = arena.allocate(blocks.length).copyFrom(MemorySegment.ofArray(blocks));
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 100 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    Blocks.decode(type, bytes, (long) (i % 3) * row.length, row.length, row, 0);
                    Blocks.decode(type, bytes, i % 1000, 301, row, 7);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < 2 * CALLS, type + ": " + least + " bytes in " + 2 * CALLS + " calls");
        }
    }
}
