package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path directory;

    private Path file(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(
                directory.resolve("x.safetensors"),
                out.putLong(text.length).put(text).put(data).array());
    }

    private Path one(String dtype, int count, byte[] data) throws IOException {
        return file(
                "{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + count + "],\"data_offsets\":[0," + data.length
                        + "]}}",
                data);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void anEmptyFileOfTheFormatHasNoTensors() throws IOException {
        try (Safetensors open = Safetensors.open(file("{}", new byte[0]))) {
            assertEquals(Map.of(), open.entries());
        }
    }

    @Test
    void scalarsEmptyTensorsInnerSpacesAndPaddingAreAllowed() throws IOException {
        String header = "{ \"e\" : {\"data_offsets\":[4,4],\"shape\":[3,0,7],\"dtype\":\"F64\"} ,\n"
                + " \"__metadata__\":{\"k\":\"v\"}, \"\\u00e9\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ";
        try (Safetensors open = Safetensors.open(file(header, bytes(0, 0, 0x80, 0x3f)))) {
            assertEquals(List.of("\u00e9", "e"), List.copyOf(open.entries().keySet()));
            assertEquals(Map.of("k", "v"), open.metadata());
            assertEquals(Shape.of(), open.entry("\u00e9").shape());
            assertArrayEquals(new float[] {1f}, open.readFloats("\u00e9"));
            assertArrayEquals(new float[0], open.readFloats("e"));
        }
    }

    @Test
    void everyFloatingTypeReads() throws IOException {
        Map<String, byte[]> ones = Map.of(
                "F32",
                bytes(0, 0, 0xc0, 0x3f),
                "BF16",
                bytes(0xc0, 0x3f),
                "F16",
                bytes(0, 0x3e),
                "F64",
                bytes(0, 0, 0, 0, 0, 0, 0xf8, 0x3f));
        for (Map.Entry<String, byte[]> e : ones.entrySet()) {
            try (Safetensors open = Safetensors.open(one(e.getKey(), 1, e.getValue()))) {
                assertArrayEquals(new float[] {1.5f}, open.readFloats("x"), e.getKey());
                Sentences.assertContains(
                        assertThrows(ModelFormatException.class, () -> open.readLongs("x")),
                        "expected whole numbers",
                        "found " + e.getKey());
            }
        }
    }

    @Test
    void everyWholeTypeReads() throws IOException {
        Map<String, byte[]> minusTwo = Map.of(
                "I64",
                bytes(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
                "I32",
                bytes(0xfe, 0xff, 0xff, 0xff),
                "I16",
                bytes(0xfe, 0xff),
                "I8",
                bytes(0xfe));
        for (Map.Entry<String, byte[]> e : minusTwo.entrySet()) {
            try (Safetensors open = Safetensors.open(one(e.getKey(), 1, e.getValue()))) {
                assertArrayEquals(new long[] {-2}, open.readLongs("x"), e.getKey());
                Sentences.assertContains(
                        assertThrows(ModelFormatException.class, () -> open.readFloats("x")),
                        "expected floating-point numbers",
                        "found " + e.getKey());
            }
        }
        try (Safetensors open = Safetensors.open(one("U8", 2, bytes(0xfe, 1)))) {
            assertArrayEquals(new long[] {254, 1}, open.readLongs("x"));
        }
        try (Safetensors open = Safetensors.open(one("BOOL", 2, bytes(0, 1)))) {
            assertArrayEquals(new long[] {0, 1}, open.readLongs("x"));
        }
        try (Safetensors open = Safetensors.open(one("BOOL", 2, bytes(0, 2)))) {
            Sentences.assertContains(
                    assertThrows(ModelFormatException.class, () -> open.readLongs("x")),
                    "BOOL bytes of 0 or 1, found 2");
        }
    }

    @Test
    void aTensorThatIsNotThereIsNamed() throws IOException {
        try (Safetensors open = Safetensors.open(one("U8", 0, new byte[0]))) {
            Sentences.assertContains(
                    assertThrows(ModelFormatException.class, () -> open.readFloats("y")),
                    "expected a tensor y, found none");
        }
    }

    @Test
    void halvesRoundTiesToEven() throws IOException {
        // Numbers half-way between two neighbours: 1 + 2^-8 lies between 1 and 1 + 2^-7 in BF16, 1 + 2^-11 between
        // F16's.
        assertWritten(
                DType.BF16,
                new float[] {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -1 - 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f, 0x1p-133f, -0f},
                0x3f80,
                0x3f82,
                0xbf80,
                0x3f81,
                0x0001,
                0x8000);
        assertWritten(
                DType.F16,
                new float[] {1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 65519f, 0x1p-24f, 0x1p-25f, -0f},
                0x3c00,
                0x3c02,
                0x7bff,
                0x0001,
                0x0000,
                0x8000);
    }

    private static void assertWritten(DType dtype, float[] values, int... expected) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Map<String, Tensor> tensors = Map.of("x", Tensor.view(values, 0, Shape.of(values.length)));
        SafetensorsWriter writer = SafetensorsWriter.of(tensors, Map.of(), dtype);
        writer.writeTo(Channels.newChannel(out));
        assertEquals(writer.size(), out.size());
        ByteBuffer data = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    expected[i],
                    data.getShort(data.capacity() - 2 * values.length + 2 * i) & 0xffff,
                    dtype + " " + values[i]);
        }
    }

    @Test
    void theDataBeginAtAMultipleOfEight() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("a", "bb", "ccc", "with \"quotes\" and \u00e9\ud83d\ude00")) {
            tensors.put(name, Tensor.view(new float[] {tensors.size(), 7}, 0, Shape.of(2, 1)));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            SafetensorsWriter.write(Channels.newChannel(out), tensors, Map.of("format", "pt"));
            Path file = Files.write(directory.resolve("y.safetensors"), out.toByteArray());
            try (Safetensors open = Safetensors.open(file)) {
                assertEquals(
                        List.copyOf(tensors.keySet()),
                        List.copyOf(open.entries().keySet()));
                assertEquals(0, open.entry("a").begin() % 8);
                assertArrayEquals(new float[] {tensors.size() - 1, 7}, open.readFloats(name));
            }
        }
    }

    @Test
    void theFixturesOfTrainingOpen() {
        for (String name : List.of("gpt2-adamw", "qwen3-adamw", "newton-schulz5")) {
            Path file = Fixtures.directory("gpt2").resolveSibling("../training/" + name + ".safetensors");
            try (Safetensors open = Safetensors.open(file)) {
                open.entries().keySet().forEach(open::readFloats);
            }
        }
    }

    @Test
    void onlyTheTypesOfWeightsAreWritten() {
        assertThrows(IllegalArgumentException.class, () -> SafetensorsWriter.of(Map.of(), Map.of(), DType.I32));
        assertThrows(
                IllegalArgumentException.class,
                () -> SafetensorsWriter.of(Map.of("__metadata__", Tensor.zeros(1)), Map.of(), DType.F32));
    }
}
