package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.athanor.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reading is on the way of every product with stored weights; a vector that becomes an object shows as allocation. In a
 * process of its own with the flags of this one: what a compiler makes of a loop depends on what it has met before, and
 * among the other tests that is far more than any program does.
 */
@Tag("kernel")
class BlocksAllocationTest {
    private static final int CALLS = 2000;

    @Test
    void readingAllocatesNothing() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-XX:") || flag.contains("jdk.incubator.vector"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BlocksAllocationTest.class.getName()));
        Process child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), command + " said: " + said);
        StringBuilder expected = new StringBuilder();
        GgmlBlocks.TYPES.forEach(type -> expected.append(type).append(" nothing\n"));
        assertEquals(expected.toString(), said);
    }

    /** Prints a line for every type. */
    public static void main(String[] arguments) {
        for (DType type : GgmlBlocks.TYPES) {
            long bytes = allocated(type);
            System.out.print(
                    type + (bytes < 2 * CALLS ? " nothing" : " " + bytes + " bytes in " + 2 * CALLS + " calls") + "\n");
        }
    }

    private static long allocated(DType type) {
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
            return least;
        }
    }
}
