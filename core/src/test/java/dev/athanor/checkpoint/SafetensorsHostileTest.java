package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files made to mislead a reader: each is refused with the sentence that says why. */
class SafetensorsHostileTest {
    @TempDir
    Path directory;

    /** One file and what its refusal must say. */
    record Case(String name, byte[] file, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static byte[] file(String header, int dataBytes) {
        return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] file(byte[] header, int dataBytes) {
        return file(header.length, header, dataBytes);
    }

    static byte[] file(long length, byte[] header, int dataBytes) {
        ByteBuffer out = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        return out.putLong(length).put(header).array();
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private static String two(String shapeA, String offsetsA, String shapeB, String offsetsB) {
        return "{\"a\":{\"dtype\":\"U8\",\"shape\":" + shapeA + ",\"data_offsets\":" + offsetsA
                + "},\"b\":{\"dtype\":\"U8\",\"shape\":" + shapeB + ",\"data_offsets\":" + offsetsB + "}}";
    }

    private static byte[] bytes(int... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int v : values) {
            out.write(v);
        }
        return out.toByteArray();
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        lengths(cases);
        texts(cases);
        fields(cases);
        numbers(cases);
        places(cases);
        return cases;
    }

    private static void lengths(List<Case> c) {
        String good = tensor("\"F32\"", "[1]", "[0,4]");
        byte[] header = good.getBytes(StandardCharsets.UTF_8);
        c.add(new Case("an empty file", new byte[0], "expected at least 8 bytes of header length, found a file of 0"));
        c.add(new Case("seven bytes", new byte[7], "found a file of 7"));
        c.add(new Case("only a length", file(0, new byte[0], 0), "expected a header length between 2 and 0, found 0"));
        c.add(new Case("a header of no bytes", file(0, header, 4), "found 0 at byte 0"));
        c.add(new Case("a header of one byte", file(1, header, 4), "found 1 at byte 0"));
        c.add(new Case("a header longer than the file", file(header.length + 5L, header, 4), "is it complete?"));
        c.add(new Case(
                "a header over the limit",
                file(100_000_001L, header, 4),
                "found 100000001 at byte 0; is this a safetensors file?"));
        c.add(new Case("a length of 2^63", file(Long.MIN_VALUE, header, 4), "found 9223372036854775808"));
        c.add(new Case("a length of 2^64-1", file(-1, header, 4), "found 18446744073709551615"));
        c.add(new Case("a length whose sum with 8 wraps", file(-8, header, 4), "found 18446744073709551608"));
        c.add(new Case("a length of 2^32", file(1L << 32, header, 4), "found 4294967296"));
        c.add(new Case(
                "a big-endian length",
                file(Long.reverseBytes(header.length), header, 4),
                "is this a safetensors file?"));
        c.add(new Case("a header cut short", file(header.length - 1L, header, 4), "expected a header of JSON"));
        c.add(new Case(
                "a header that runs into the data",
                file(header.length + 4L, header, 4),
                "to end within the 0 data bytes"));
        c.add(new Case(
                "a GGUF file",
                "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.UTF_8),
                "is this a safetensors file?"));
        c.add(new Case(
                "a zip file",
                "PK\3\4\24\0\0\0\10\0\0\0!\0abcdefghijk".getBytes(StandardCharsets.UTF_8),
                "is this a safetensors file?"));
    }

    private static void texts(List<Case> c) {
        c.add(new Case(
                "no JSON", file("hello, header!", 0), "expected the header to begin with {, found byte 104 at byte 8"));
        c.add(new Case("an array", file("[]", 0), "begin with {, found byte 91"));
        c.add(new Case("white space in front", file(" {}", 0), "begin with {, found byte 32"));
        c.add(new Case("a newline in front", file("\n{}", 0), "begin with {, found byte 10"));
        c.add(new Case("a byte order mark", file("\ufeff{}", 0), "begin with {, found byte 239"));
        c.add(new Case(
                "newlines behind",
                file("{}\n\n", 0),
                "expected only spaces between the header and the data, found byte 10"));
        c.add(new Case(
                "a tab behind",
                file("{}  \t ", 0),
                "expected only spaces between the header and the data, found byte 9"));
        c.add(new Case(
                "zeros behind",
                file("{}\0\0", 0),
                "expected only spaces between the header and the data, found byte 0"));
        c.add(new Case(
                "a second object behind",
                file("{}{}", 0),
                "expected only spaces between the header and the data, found byte 123"));
        c.add(new Case("an open object", file("{\"a\":", 0), "expected a header of JSON"));
        c.add(new Case("an open string", file("{\"a", 0), "expected a header of JSON"));
        c.add(new Case("a comma too many", file("{\"a\":1,}", 0), "expected tensor a to be an object"));
        c.add(new Case("a comma alone", file("{,}", 0), "expected a header of JSON"));
        c.add(new Case("a comment", file("{/*x*/}", 0), "expected a header of JSON"));
        c.add(new Case("single quotes", file("{'a':{}}", 0), "expected a header of JSON"));
        c.add(new Case("names without quotes", file("{a:{}}", 0), "expected a header of JSON"));
        c.add(new Case(
                "bytes that are no UTF-8",
                file(bytes('{', '"', 0xff, 0xfe, '"', ':', '1', '}'), 0),
                "expected a header in UTF-8"));
        c.add(new Case(
                "an overlong slash", file(bytes('{', '"', 0xc0, 0xaf, '"', ':', '1', '}'), 0), "not at byte 10"));
        c.add(new Case(
                "a surrogate in UTF-8", file(bytes('{', '"', 0xed, 0xa0, 0x80, '"', ':', '1', '}'), 0), "in UTF-8"));
        c.add(new Case("a cut UTF-8 sequence", file(bytes('{', '"', 0xe2, 0x82), 0), "expected a header in UTF-8"));
        c.add(new Case(
                "UTF-16", file("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE), 0), "expected a header of JSON"));
        c.add(new Case("a raw control character", file("{\"a\nb\":1}", 0), "expected a header of JSON"));
        c.add(new Case(
                "deep arrays",
                file("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", 0),
                "expected tensor a to be an object"));
        c.add(new Case(
                "deep objects",
                file("{\"a\":".repeat(50_000) + "1" + "}".repeat(50_000), 0),
                "only dtype, shape and data_offsets"));
        c.add(new Case(
                "a name of a megabyte", file("{\"" + "a".repeat(1 << 20) + "\":1}", 0), "expected a header of JSON"));
    }

    private static void fields(List<Case> c) {
        c.add(new Case(
                "a metadata entry of 5 MB",
                file("{\"__metadata__\":{\"x\":\"" + "y".repeat(5 << 20) + "\"}}", 0),
                "expected a header of JSON"));
        c.add(new Case(
                "a tensor that is a number",
                file("{\"a\":1}", 0),
                "expected tensor a to be an object with dtype, shape and data_offsets, found 1"));
        c.add(new Case("a tensor that is null", file("{\"a\":null}", 0), "found null"));
        c.add(new Case("a tensor that is a list", file("{\"a\":[]}", 0), "found an array"));
        c.add(new Case("no fields", file("{\"a\":{}}", 0), "found no dtype"));
        c.add(new Case("no shape", file("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0]}}", 0), "found no shape"));
        c.add(new Case("no offsets", file("{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}", 0), "found no data_offsets"));
        c.add(new Case(
                "a field too many",
                file("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1}}", 0),
                "found a field x"));
        c.add(new Case(
                "dtype twice",
                file("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0),
                "to have one dtype, found a second one"));
        c.add(new Case(
                "shape twice",
                file("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"shape\":[0],\"data_offsets\":[0,0]}}", 0),
                "to have one shape"));
        c.add(new Case(
                "offsets twice",
                file("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"data_offsets\":[0,0]}}", 0),
                "to have one data_offsets"));
        c.add(new Case(
                "one tensor twice",
                file(
                        tensor("\"U8\"", "[1]", "[0,1]").replace("}}", "}")
                                + ",\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
                        2),
                "expected every tensor once, found a second a"));
        c.add(new Case("an unknown dtype", file(tensor("\"F8_E4M3\"", "[1]", "[0,1]"), 1), "found F8_E4M3"));
        c.add(new Case("a dtype in lower case", file(tensor("\"f32\"", "[1]", "[0,4]"), 4), "found f32"));
        c.add(new Case(
                "a dtype that is a number",
                file(tensor("32", "[1]", "[0,4]"), 4),
                "to have a string as dtype, found 32"));
        c.add(new Case(
                "a dtype that would colour a terminal",
                file(tensor("\"\\u001b[31m\"", "[1]", "[0,4]"), 4),
                "found \\u001b[31m"));
        c.add(new Case(
                "metadata that is a list",
                file("{\"__metadata__\":[]}", 0),
                "expected __metadata__ to be an object of strings, found an array"));
        c.add(new Case(
                "metadata with a number",
                file("{\"__metadata__\":{\"x\":1}}", 0),
                "__metadata__ entry x to be a string, found 1"));
        c.add(new Case("metadata with an object", file("{\"__metadata__\":{\"x\":{}}}", 0), "found an object"));
        c.add(new Case("metadata with null", file("{\"__metadata__\":{\"x\":null}}", 0), "found null"));
        c.add(new Case(
                "metadata twice", file("{\"__metadata__\":{},\"__metadata__\":{}}", 0), "expected __metadata__ once"));
        c.add(new Case(
                "one metadata entry twice",
                file("{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}}", 0),
                "every entry of __metadata__ once, found a second x"));
    }

    private static void numbers(List<Case> c) {
        c.add(new Case(
                "a shape that is a number",
                file(tensor("\"F32\"", "1", "[0,4]"), 4),
                "to have an array as shape, found 1"));
        c.add(new Case(
                "a shape of strings",
                file(tensor("\"F32\"", "[\"1\"]", "[0,4]"), 4),
                "whole numbers of at least 0 in shape, found 1"));
        c.add(new Case("a fraction", file(tensor("\"F32\"", "[1.5]", "[0,6]"), 6), "in shape, found 1.5"));
        c.add(new Case(
                "a whole number with a point", file(tensor("\"F32\"", "[1.0]", "[0,4]"), 4), "in shape, found 1.0"));
        c.add(new Case("an exponent", file(tensor("\"F32\"", "[1e0]", "[0,4]"), 4), "in shape, found 1e0"));
        c.add(new Case("a negative size", file(tensor("\"F32\"", "[-1]", "[0,4]"), 4), "in shape, found -1"));
        c.add(new Case("two negative sizes", file(tensor("\"F32\"", "[-1,-1]", "[0,4]"), 4), "in shape, found -1"));
        c.add(new Case("minus nothing", file(tensor("\"F32\"", "[-0]", "[0,0]"), 0), "in shape, found -0"));
        c.add(new Case("a leading zero", file(tensor("\"F32\"", "[01]", "[0,4]"), 4), "expected a header of JSON"));
        c.add(new Case("not a number", file(tensor("\"F32\"", "[NaN]", "[0,4]"), 4), "expected a header of JSON"));
        c.add(new Case("a nested shape", file(tensor("\"F32\"", "[[1]]", "[0,4]"), 4), "found an array"));
        c.add(new Case(
                "nine dimensions",
                file(tensor("\"U8\"", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1),
                "at most 8 numbers in shape"));
        c.add(new Case(
                "a size of 2^31",
                file(tensor("\"U8\"", "[2147483648]", "[0,2147483648]"), 4),
                "at most 2147483647 in shape, found 2147483648"));
        c.add(new Case(
                "a size of 2^64",
                file(tensor("\"U8\"", "[18446744073709551616]", "[0,0]"), 0),
                "found 18446744073709551616"));
        c.add(new Case(
                "a size of 2^64+1 in a file that wraps",
                file(tensor("\"U8\"", "[18446744073709551617]", "[0,1]"), 1),
                "in shape, found"));
        c.add(new Case(
                "a number of 90 digits",
                file(tensor("\"U8\"", "[" + "9".repeat(90) + "]", "[0,0]"), 0),
                "in shape, found 9999"));
        c.add(new Case(
                "a number of 10,000 digits",
                file(tensor("\"U8\"", "[" + "9".repeat(10_000) + "]", "[0,0]"), 0),
                "expected"));
        c.add(new Case(
                "a product that wraps to 0",
                file(tensor("\"F32\"", "[2147483647,2147483647,2147483647]", "[0,0]"), 0),
                "smaller than 2^63 bytes"));
        c.add(new Case(
                "a product that wraps before a 0",
                file(tensor("\"F64\"", "[2147483647,2147483647,4,0]", "[0,0]"), 0),
                "smaller than 2^63 bytes"));
        c.add(new Case(
                "bytes that wrap",
                file(tensor("\"F64\"", "[1073741824,1073741824,2]", "[0,0]"), 0),
                "smaller than 2^63 bytes"));
    }

    private static void places(List<Case> c) {
        c.add(new Case(
                "offsets that are a number",
                file(tensor("\"F32\"", "[1]", "4"), 4),
                "to have an array as data_offsets"));
        c.add(new Case(
                "one offset",
                file(tensor("\"F32\"", "[1]", "[0]"), 4),
                "to have two data_offsets, its first byte and the byte after its last, found 1 numbers"));
        c.add(new Case(
                "three offsets", file(tensor("\"F32\"", "[1]", "[0,4,8]"), 4), "at most 2 numbers in data_offsets"));
        c.add(new Case("a negative offset", file(tensor("\"F32\"", "[1]", "[-4,0]"), 4), "in data_offsets, found -4"));
        c.add(new Case(
                "an offset of 2^63",
                file(tensor("\"F32\"", "[1]", "[0,9223372036854775808]"), 4),
                "in data_offsets, found 9223372036854775808"));
        c.add(new Case(
                "an end before the beginning",
                file(tensor("\"F32\"", "[1]", "[4,0]"), 4),
                "to end after it begins, found data_offsets [4, 0]"));
        c.add(new Case(
                "too few bytes", file(tensor("\"F32\"", "[2]", "[0,4]"), 4), "of F32 [2] to take 8 bytes, found 4"));
        c.add(new Case(
                "too many bytes", file(tensor("\"F16\"", "[1]", "[0,4]"), 4), "of F16 [1] to take 2 bytes, found 4"));
        c.add(new Case(
                "an end outside the file",
                file(tensor("\"F32\"", "[2]", "[0,8]"), 4),
                "to end within the 4 data bytes of the file, found data_offsets [0, 8]; is the file complete?"));
        c.add(new Case(
                "both ends outside the file",
                file(tensor("\"F32\"", "[1]", "[9223372036854775803,9223372036854775807]"), 4),
                "to end within the 4 data bytes"));
        c.add(new Case(
                "a byte after the last tensor",
                file(tensor("\"F32\"", "[1]", "[0,4]"), 5),
                "expected the file to end with its last tensor"));
        c.add(new Case(
                "data without tensors",
                file("{}", 16),
                "expected the file to end with its last tensor at byte 10, found 26 bytes"));
        c.add(new Case("a hole in front", file(tensor("\"F32\"", "[1]", "[4,8]"), 8), "(a hole lies between)"));
        c.add(new Case(
                "a hole between",
                file(two("[2]", "[0,2]", "[2]", "[3,5]"), 5),
                "expected tensor b to begin where the one before ends"));
        c.add(new Case("an overlap", file(two("[3]", "[0,3]", "[3]", "[2,5]"), 5), "(they overlap)"));
        c.add(new Case("two in one place", file(two("[4]", "[0,4]", "[4]", "[0,4]"), 4), "(they overlap)"));
        c.add(new Case("one inside the other", file(two("[4]", "[0,4]", "[2]", "[1,3]"), 4), "(they overlap)"));
        c.add(new Case(
                "an empty tensor inside another", file(two("[4]", "[0,4]", "[0]", "[2,2]"), 4), "(they overlap)"));
        c.add(new Case(
                "an empty tensor behind the end",
                file(two("[4]", "[0,4]", "[0]", "[5,5]"), 4),
                "to end within the 4 data bytes"));
        c.add(new Case(
                "a tensor name that would move the cursor",
                file("{\"\\u001b[2J\\u202e\":1}", 0),
                "tensor \\u001b[2J\\u202e to be"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedWithTheReason(Case hostile) throws IOException {
        Path file = Files.write(directory.resolve("model.safetensors"), hostile.file);
        ModelFormatException e = assertThrows(
                ModelFormatException.class, () -> Safetensors.open(file).close());
        Sentences.assertContains(e, file.toString(), hostile.expected);
    }

    @Test
    void thereAreEnoughOfThem() {
        assertTrue(cases().size() >= 60, "cases: " + cases().size());
    }

    @Test
    void moreTensorsThanTheLimitAreRefused() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 11; i++) {
            header.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        Path file = Files.write(directory.resolve("many.safetensors"), file(header + "}", 0));
        Limits limits = new Limits(1000, 10, 8, 10, 1, 1, 1);
        Sentences.assertContains(
                assertThrows(
                        ModelFormatException.class,
                        () -> Safetensors.open(file, limits).close()),
                "expected at most 10 tensors");
        Limits eleven = new Limits(1000, 11, 8, 10, 1, 1, 1);
        try (Safetensors open = Safetensors.open(file, eleven)) {
            assertEquals(11, open.entries().size());
        }
        Limits narrow = new Limits(100, 11, 8, 10, 1, 1, 1);
        Sentences.assertContains(
                assertThrows(
                        ModelFormatException.class,
                        () -> Safetensors.open(file, narrow).close()),
                "between 2 and 100");
    }

    @Test
    void aMissingFileAndADirectoryAreSentences() {
        Sentences.assertContains(
                assertThrows(
                        ModelFormatException.class,
                        () -> Safetensors.open(directory.resolve("none")).close()),
                "expected a safetensors file, found nothing there");
        Sentences.assertContains(
                assertThrows(
                        ModelFormatException.class,
                        () -> Safetensors.open(directory).close()),
                "found something that is no file");
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsASentence() throws IOException {
        int bytes = 1 << 20;
        Path file = Files.write(
                directory.resolve("shrinks.safetensors"), file(tensor("\"F32\"", "[262144]", "[0,1048576]"), bytes));
        try (Safetensors open = Safetensors.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(4096);
            }
            ModelFormatException e = assertThrows(ModelFormatException.class, () -> open.readFloats("a"));
            Sentences.assertContains(e, "found it shorter");
        }
    }
}
