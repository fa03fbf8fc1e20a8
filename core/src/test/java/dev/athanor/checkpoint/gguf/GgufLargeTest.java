package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond what a Java array or an int can count. */
class GgufLargeTest {
    private static final int ROWS = 1 << 20;
    private static final int COLUMNS = 1024;
    private static final float LAST = 42;

    @TempDir
    private Path directory;

    /** 4 GiB of holes with one number at the end; the file takes a few blocks of the disk. */
    @Test
    void aTensorOfFourGigabytesIsMappedAndReadAtItsEnd() throws IOException {
        byte[] header = GgufBytes.file(1, 0)
                .tensor("large", 0, 0, COLUMNS, ROWS)
                .pad(32)
                .bytes();
        long data = 4L * ROWS * COLUMNS;
        Path file = Files.write(directory.resolve("large.gguf"), header);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer last = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(last.putFloat(LAST).flip(), header.length + data - 4);
        }
        long before = heap();
        try (Gguf gguf = Gguf.open(file)) {
            Stored tensor = gguf.tensor("large");
            assertEquals(DType.F32, tensor.type());
            assertEquals(data, tensor.bytes().byteSize());
            assertEquals(LAST, tensor.bytes().get(ValueLayout.JAVA_FLOAT_UNALIGNED, data - 4));
        }
        long grown = heap() - before;
        assertTrue(grown < 64 << 20, "heap grew by " + grown + " bytes");
    }

    private static long heap() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
