package dev.athanor.checkpoint.gguf;

import static dev.athanor.checkpoint.gguf.GgufBytes.ARRAY;
import static dev.athanor.checkpoint.gguf.GgufBytes.BOOL;
import static dev.athanor.checkpoint.gguf.GgufBytes.F32;
import static dev.athanor.checkpoint.gguf.GgufBytes.STRING;
import static dev.athanor.checkpoint.gguf.GgufBytes.U32;
import static dev.athanor.checkpoint.gguf.GgufBytes.file;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.Sentences;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files made to mislead a reader: each is refused with the sentence that says why. */
class GgufHostileTest {
    private static final long WRAPS = 1L << 62;

    @TempDir
    Path directory;

    /** One file and what its refusal must say. */
    record Case(String name, byte[] file, String expected) {
        Case(String name, GgufBytes file, String expected) {
            this(name, file.bytes(), expected);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A sound file of one F32 tensor of {@code dims} with {@code data} bytes. */
    private static GgufBytes one(int type, long offset, int data, long... dims) {
        return file(1, 0).tensor("a", type, offset, dims).pad(32).zeros(data);
    }

    /** Two F32 tensors of 8 numbers each at two offsets. */
    private static GgufBytes two(String second, long offset, long offset2, int data) {
        return file(2, 0)
                .tensor("a", 0, offset, 8)
                .tensor(second, 0, offset2, 8)
                .pad(32)
                .zeros(data);
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        beginnings(cases);
        keys(cases);
        values(cases);
        arrays(cases);
        alignments(cases);
        shapes(cases);
        places(cases);
        return cases;
    }

    private static GgufBytes version(int version) {
        return new GgufBytes().ascii("GGUF").i32(version).i64(0).i64(0);
    }

    private static void beginnings(List<Case> c) {
        c.add(new Case("an empty file", new byte[0], "expected at least 24 bytes of magic"));
        c.add(new Case("23 bytes", Arrays.copyOf(file(0, 0).bytes(), 23), "found a file of 23"));
        c.add(new Case(
                "another magic", new GgufBytes().ascii("GGML").zeros(20), "the four letters GGUF, found 0x47474d4c"));
        c.add(new Case("a safetensors file", new GgufBytes().i64(90).ascii("{\"a\":{\"dtype\":\"F32\"}}"), "GGUF"));
        c.add(new Case("a zip file", new GgufBytes().ascii("PK\3\4").zeros(30), "found 0x504b0304"));
        c.add(new Case("version 0", version(0), "expected GGUF version 2 or 3, found 0 at byte 4"));
        c.add(new Case("version 1", version(1), "found 1 at byte 4"));
        c.add(new Case("version 4", version(4), "found 4 at byte 4"));
        c.add(new Case("version -1", version(-1), "found 4294967295 at byte 4"));
        c.add(new Case("big-endian", version(3 << 24), "the file is big-endian"));
        c.add(new Case("2^63 tensors", file(Long.MIN_VALUE, 0), "at most 65536 tensors, found 9223372036854775808"));
        c.add(new Case("2^64-1 tensors", file(-1, 0), "found 18446744073709551615 at byte 8"));
        c.add(new Case("tensors that are not there", file(9, 0), "room for 9 tensors of at least 33 bytes"));
        c.add(new Case("more tensors than the limit", file(65_537, 0).zeros(400), "at most 65536 tensors"));
        c.add(new Case("2^63 keys", file(0, Long.MIN_VALUE), "metadata entries, found 9223372036854775808"));
        c.add(new Case("keys that are not there", file(0, 2).zeros(20), "room for 2 metadata entries of at least 14"));
        c.add(new Case(
                "keys that leave no room for the tensors",
                file(1, 1).u32("a", 1).zeros(20),
                "room for 1 metadata entries"));
        c.add(new Case(
                "counts in the 32 bits of version 1",
                new GgufBytes().ascii("GGUF").i32(2).i32(1).i32(1).zeros(60),
                "at most 65536 tensors"));
    }

    private static void keys(List<Case> c) {
        c.add(new Case("an empty key", file(0, 1).key("", U32).i32(1).zeros(9), "a metadata key to be 1 to"));
        c.add(new Case("a key that begins with a dot", file(0, 1).u32(".a", 1), "parts joined by dots, found .a"));
        c.add(new Case("a key that ends with a dot", file(0, 1).u32("a.", 1), "found a. at byte 24"));
        c.add(new Case("a key with two dots", file(0, 1).u32("a..b", 1), "found a..b"));
        c.add(new Case("a key with a space", file(0, 1).u32("a b", 1), "found a b"));
        c.add(new Case("a key of other letters", file(0, 1).u32("ключ", 1), "found ключ"));
        c.add(new Case("a key that would colour a terminal", file(0, 1).u32("\u001b[31m", 1), "found \\u001b[31m"));
        c.add(new Case(
                "a key of 65,536 bytes", file(0, 1).u32("a".repeat(65_536), 1), "1 to 65535 bytes long, found 65536"));
        c.add(new Case("a key longer than the file", file(0, 1).i64(1000).zeros(30), "found 1000 at byte 24"));
        c.add(new Case("a key of length 2^63", file(0, 1).i64(Long.MIN_VALUE).zeros(30), "found 9223372036854775808"));
        c.add(new Case("a key of length 2^64-1", file(0, 1).i64(-1).zeros(30), "found 18446744073709551615"));
        c.add(new Case(
                "a key that is not UTF-8",
                file(0, 1).i64(2).i8(0xff, 0xfe).i32(U32).i32(1),
                "a metadata key to be UTF-8, found bytes that are not at byte 32"));
        c.add(new Case(
                "one key twice", file(0, 2).u32("a", 1).u32("a", 2), "every metadata key once, found a second a"));
        c.add(new Case(
                "a key without a value", file(0, 1).key("a.bcdef", U32), "key a.bcdef of 4 bytes, found 0 left"));
    }

    private static void values(List<Case> c) {
        c.add(new Case(
                "type 13", file(0, 1).key("a", 13).i64(0), "key a to have a type of 0 to 12, found 13 at byte 33"));
        c.add(new Case("type -1", file(0, 1).key("a", -1).i64(0), "found 4294967295 at byte 33"));
        c.add(new Case(
                "a truth value of 2", file(0, 1).key("a", BOOL).i8(2), "key a to be 0 or 1, as BOOL is, found 2"));
        c.add(new Case("a truth value of 255", file(0, 1).key("a", BOOL).i8(255), "found 255 at byte 37"));
        c.add(new Case("a UINT64 cut short", file(0, 1).key("a", 10).i32(1), "key a of 8 bytes, found 4 left"));
        c.add(new Case(
                "a text longer than the file",
                file(0, 1).key("a", STRING).i64(5).ascii("abcd"),
                "found 5 at byte 37"));
        c.add(new Case(
                "a text of length 2^64-8", file(0, 1).key("a", STRING).i64(-8).zeros(8), "found 18446744073709551608"));
        c.add(new Case(
                "a text that is not UTF-8",
                file(0, 1).key("a", STRING).i64(3).i8('x', 0xc0, 0xaf),
                "key a to be UTF-8, found bytes that are not at byte 46"));
        c.add(new Case(
                "a text that ends inside a character",
                file(0, 1).key("a", STRING).i64(2).i8(0xe2, 0x82),
                "key a to be UTF-8"));
        c.add(new Case(
                "a surrogate in UTF-8", file(0, 1).key("a", STRING).i64(3).i8(0xed, 0xa0, 0x80), "key a to be UTF-8"));
        c.add(new Case(
                "a text of 9,000 bytes with its last one wrong",
                file(0, 1).key("a", STRING).i64(9000).ascii("y".repeat(8999)).i8(0x80),
                "not at byte 9044"));
        c.add(new Case(
                "a text over the limit",
                file(0, 1).key("a", STRING).i64((16 << 20) + 1).zeros((16 << 20) + 1),
                "0 to 16777216 bytes long, found 16777217"));
    }

    private static void arrays(List<Case> c) {
        c.add(new Case(
                "an array of arrays",
                file(0, 1).key("a", ARRAY).i32(ARRAY).i64(1).zeros(20),
                "an array of plain values, found an array of arrays at byte 37"));
        c.add(new Case(
                "an array of an unknown type",
                file(0, 1).key("a", ARRAY).i32(99).i64(1).zeros(20),
                "key a (an array) to have a type of 0 to 12, found 99"));
        c.add(new Case(
                "an array longer than the file",
                file(0, 1).key("a", ARRAY).i32(U32).i64(6).zeros(20),
                "at most 5 elements of UINT32, found 6 at byte 41"));
        c.add(new Case(
                "2^62 elements whose bytes wrap",
                file(0, 1).key("a", ARRAY).i32(U32).i64(WRAPS).zeros(20),
                "found 4611686018427387904"));
        c.add(new Case(
                "2^63 elements",
                file(0, 1).key("a", ARRAY).i32(0).i64(Long.MIN_VALUE).zeros(9),
                "found 9223372036854775808"));
        c.add(new Case(
                "texts that cannot all be there",
                file(0, 1).key("a", ARRAY).i32(STRING).i64(3).text("").text(""),
                "at most 2 elements of STRING, found 3"));
        c.add(new Case(
                "a text of an array longer than the file",
                file(0, 1).key("a", ARRAY).i32(STRING).i64(1).i64(9).zeros(8),
                "key a (an array) to be 0 to 8 bytes long, found 9"));
        c.add(new Case(
                "a text of an array that is not UTF-8",
                file(0, 1).key("a", ARRAY).i32(STRING).i64(2).text("ok").i64(1).i8(0x80),
                "key a (an array) to be UTF-8"));
        c.add(new Case(
                "a truth value of 7 in an array",
                file(0, 1).key("a", ARRAY).i32(BOOL).i64(3).i8(0, 1, 7),
                "key a to be 0 or 1, as BOOL is, found 7 at byte 51"));
        c.add(new Case(
                "more elements than the limit",
                file(0, 1).key("a", ARRAY).i32(0).i64((64 << 20) + 1).zeros((64 << 20) + 1),
                "at most 67108864 elements of UINT8, found 67108865"));
    }

    private static void alignments(List<Case> c) {
        String key = "general.alignment";
        c.add(new Case(
                "alignment 0", file(0, 1).u32(key, 0), "UINT32 power of two between 8 and 65536, found UINT32 0"));
        c.add(new Case("alignment 4", file(0, 1).u32(key, 4), "found UINT32 4"));
        c.add(new Case("alignment 33", file(0, 1).u32(key, 33), "found UINT32 33"));
        c.add(new Case("alignment 2^17", file(0, 1).u32(key, 1 << 17), "found UINT32 131072"));
        c.add(new Case("alignment 2^31", file(0, 1).u32(key, 1 << 31), "found UINT32 2147483648"));
        c.add(new Case("an alignment of 64 bits", file(0, 1).key(key, 10).i64(32), "found UINT64 32"));
        c.add(new Case(
                "an alignment that is a text", file(0, 1).key(key, STRING).text("32"), "found STRING text of 2"));
        c.add(new Case(
                "a fractional alignment",
                file(0, 1).key(key, F32).i32(Float.floatToIntBits(32)),
                "found FLOAT32 32.0"));
    }

    private static void shapes(List<Case> c) {
        c.add(new Case(
                "an empty tensor name",
                file(1, 0).tensor("", 0, 0, 8).pad(32).zeros(32),
                "a tensor name to be 1 to 63 bytes long, found 0"));
        c.add(new Case(
                "a tensor name of 64 bytes",
                file(1, 0).tensor("n".repeat(64), 0, 0, 8).pad(32).zeros(32),
                "found 64 at byte 24"));
        c.add(new Case("one tensor twice", two("a", 0, 32, 64), "every tensor once, found a second a"));
        c.add(new Case(
                "no dimensions",
                file(1, 0).tensor("abcdefgh", 0, 0).pad(32).zeros(4),
                "to have 1 to 4 dimensions, found 0"));
        c.add(new Case(
                "five dimensions", one(0, 0, 4, 1, 1, 1, 1, 1), "to have 1 to 4 dimensions, found 5 at byte 33"));
        c.add(new Case("2^32-1 dimensions", file(1, 0).text("a").i32(-1).zeros(60), "found 4294967295"));
        c.add(new Case("a dimension of 0", one(0, 0, 32, 8, 0), "dimensions of 1 to 2147483647, found 0"));
        c.add(new Case("a dimension of 2^31", one(0, 0, 32, 1L << 31), "found 2147483648"));
        c.add(new Case("a dimension of 2^64-1", one(0, 0, 32, -1), "found 18446744073709551615"));
        c.add(new Case("a product that wraps to 0", one(0, 0, 32, 1 << 30, 1 << 30, 16), "fewer than 2^63 numbers"));
        c.add(new Case("bytes that wrap", one(0, 0, 32, 1 << 30, 1 << 30, 4), "smaller than 2^63 bytes"));
        c.add(new Case(
                "bytes that wrap with the offset",
                file(2, 0)
                        .tensor("a", 0, 0, 1 << 30, 1 << 30)
                        .tensor("b", 0, 1L << 62, 1 << 30, 1 << 30)
                        .pad(32),
                "tensor b to be smaller than 2^63 bytes"));
        c.add(new Case("a removed type", one(4, 0, 32, 8), "found type 4, which ggml has removed"));
        c.add(new Case("a type Athanor does not read", one(16, 0, 66, 256), "found type 16 (IQ2_XXS)"));
        c.add(new Case("an unknown type", one(77, 0, 32, 8), "found type 77 at byte"));
        c.add(new Case("a type of -1", one(-1, 0, 32, 8), "found type 4294967295"));
        c.add(new Case(
                "half a block", one(8, 0, 34, 16), "rows of whole blocks of 32 numbers (Q8_0), found rows of 16"));
        c.add(new Case(
                "rows that split blocks",
                one(12, 0, 144, 128, 2),
                "whole blocks of 256 numbers (Q4_K), found rows of 128"));
        c.add(new Case(
                "an entry cut short",
                file(1, 0).text("abcdefghijklmnop").i32(1).i64(8).i8(0),
                "'s type of 4 bytes"));
    }

    private static void places(List<Case> c) {
        c.add(new Case(
                "an offset that is not aligned", one(0, 16, 64, 8), "a multiple of the alignment 32, found offset 16"));
        c.add(new Case("an offset of 2^63", one(0, Long.MIN_VALUE, 64, 8), "found offset 9223372036854775808"));
        c.add(new Case(
                "a hole in front",
                one(0, 32, 64, 8),
                "to begin at offset 0, where the one before ends, found offset 32 (a hole lies between)"));
        c.add(new Case("a hole between", two("b", 0, 64, 96), "tensor b to begin at offset 32"));
        c.add(new Case("two tensors in one place", two("b", 0, 0, 64), "found offset 0 (they overlap)"));
        c.add(new Case("tensors in another order", two("b", 32, 0, 64), "found offset 32 (a hole lies between)"));
        c.add(new Case(
                "one tensor inside another",
                file(2, 0).tensor("a", 0, 0, 32).tensor("b", 0, 32, 8).pad(32).zeros(160),
                "to begin at offset 128, where the one before ends, found offset 32 (they overlap)"));
        c.add(new Case(
                "a tensor that ends behind the file",
                one(0, 0, 31, 8),
                "tensor a to end within the 95 bytes of the file, found F32 [8] of 32 bytes at byte 64"));
        c.add(new Case("a tensor without any bytes", file(1, 0).tensor("a", 0, 0, 8), "to end within the 57 bytes"));
        c.add(new Case("a tensor of 2^40 bytes", one(0, 0, 32, 1 << 30, 256), "of 1099511627776 bytes"));
        c.add(new Case(
                "a byte behind the last tensor", one(0, 0, 33, 8), "the file to end with its last tensor at byte 96"));
        c.add(new Case(
                "a second file behind",
                file(0, 0).pad(32).ascii("GGUF").zeros(60),
                "the file to end with its last tensor at byte 32"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedWithTheReason(Case hostile) throws IOException {
        Path file = Files.write(directory.resolve("model.gguf"), hostile.file);
        ModelFormatException e =
                assertThrows(ModelFormatException.class, () -> Gguf.open(file).close());
        Sentences.assertContains(e, file.toString(), hostile.expected);
    }

    @Test
    void thereAreEnoughOfThem() {
        assertTrue(cases().size() >= 60, "cases: " + cases().size());
    }

    @Test
    void aSoundFileOfTheSameKindIsRead() throws IOException {
        Path file =
                Files.write(directory.resolve("model.gguf"), two("b", 0, 32, 64).bytes());
        try (Gguf open = Gguf.open(file)) {
            assertEquals(List.of("a", "b"), List.copyOf(open.entries().keySet()));
        }
        try (Gguf open = Gguf.open(Files.write(file, version(2).bytes()))) {
            assertEquals(2, open.version());
        }
    }

    @Test
    void aMissingFileAndADirectoryAreSentences() {
        Sentences.assertContains(
                assertThrows(
                        ModelFormatException.class,
                        () -> Gguf.open(directory.resolve("none")).close()),
                "expected a GGUF file, found nothing there");
        Sentences.assertContains(
                assertThrows(
                        ModelFormatException.class, () -> Gguf.open(directory).close()),
                "found something that is no file");
    }

    @Test
    void aFileThatShrinksWhileItIsMappedIsASentence() throws IOException {
        byte[] bytes = file(0, 1)
                .key("a", ARRAY)
                .i32(STRING)
                .i64(100_000)
                .zeros(800_000)
                .bytes();
        Path file = Files.write(directory.resolve("shrinks.gguf"), bytes);
        try (Gguf open = Gguf.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(4096);
            }
            GgufMetadata metadata = new GgufMetadata(file, open.metadata());
            Sentences.assertContains(
                    assertThrows(ModelFormatException.class, () -> metadata.texts("a", 100_000)), "found it changed");
            Sentences.assertContains(
                    assertThrows(ModelFormatException.class, open::requireUnchanged), "found it changed");
        }
    }

    @Test
    void aLengthRewrittenWhileTheFileIsMappedIsASentence() throws IOException {
        byte[] bytes = file(0, 1)
                .key("a", ARRAY)
                .i32(STRING)
                .i64(2)
                .text("x")
                .text("y")
                .bytes();
        Path file = Files.write(directory.resolve("rewritten.gguf"), bytes);
        try (Gguf open = Gguf.open(file)) {
            GgufMetadata metadata = new GgufMetadata(file, open.metadata());
            assertEquals(List.of("x", "y"), metadata.texts("a", 2));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, 127}), 49);
            }
            Sentences.assertContains(
                    assertThrows(ModelFormatException.class, () -> metadata.texts("a", 2)), "found it changed");
        }
    }

    @Test
    void manyTensorsAndKeysCostLessThan64MegabytesOfHeap() throws IOException {
        int count = 65_536;
        GgufBytes many = file(count, count);
        for (int i = 0; i < count; i++) {
            many.key("k." + i + "x".repeat(50), STRING).text("");
        }
        for (int i = 0; i < count; i++) {
            many.tensor("t" + i + "y".repeat(57), 0, 32L * i, 1, 1, 1, 1);
        }
        Path file = Files.write(
                directory.resolve("many.gguf"), many.pad(32).zeros(32 * count).bytes());
        long before = used();
        try (Gguf open = Gguf.open(file)) {
            long after = used();
            assertEquals(count, open.entries().size());
            assertEquals(count, open.metadata().size());
            assertTrue(after - before < 64 << 20, "heap growth: " + (after - before));
        }
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
