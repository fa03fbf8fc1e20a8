package dev.athanor.quant;

import dev.athanor.checkpoint.Safetensors;
import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** 4 rows of 512 numbers, and what ggml writes for them and reads back, type by type. */
final class GgmlBlocks {
    static final int ROWS = 4;
    static final int COLUMNS = 512;
    static final int NUMBERS = ROWS * COLUMNS;

    static final List<DType> TYPES = List.of(
            DType.Q4_0,
            DType.Q4_1,
            DType.Q5_0,
            DType.Q5_1,
            DType.Q8_0,
            DType.Q2_K,
            DType.Q3_K,
            DType.Q4_K,
            DType.Q5_K,
            DType.Q6_K,
            DType.IQ4_NL,
            DType.F16,
            DType.BF16);

    private GgmlBlocks() {}

    static float[] source() {
        return floats("source");
    }

    static byte[] bytes(DType type) {
        return read(type + ".bytes").toArray(ValueLayout.JAVA_BYTE);
    }

    static float[] floats(DType type) {
        return floats(type + ".floats");
    }

    private static float[] floats(String name) {
        return read(name).toArray(LittleEndian.FLOAT);
    }

    private static MemorySegment read(String name) {
        URL url = Objects.requireNonNull(GgmlBlocks.class.getResource("/quant/ggml-blocks.safetensors"));
        try (Safetensors file = Safetensors.open(Path.of(url.toURI()))) {
            return MemorySegment.ofArray(file.bytes(name).toArray(ValueLayout.JAVA_BYTE));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
