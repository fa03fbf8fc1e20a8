package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code points are cut and composed as the reference does it. */
class UnicodeClassesTest {
    /** Ideographs, Hangul and private use are long runs of one class: their ends and a sample stand for them. */
    private static final int SAMPLE = 61;

    static List<Integer> codePoints() {
        List<Integer> list = new ArrayList<>();
        for (int c = 0; c < 0x110000; c++) {
            boolean run = !Character.isDefined(c)
                    || Character.getType(c) == Character.PRIVATE_USE
                    || Character.isIdeographic(c)
                    || Character.UnicodeScript.of(c) == Character.UnicodeScript.HANGUL;
            boolean end = c > 0
                    && c < 0x10FFFF
                    && (Character.getType(c) != Character.getType(c - 1)
                            || Character.getType(c) != Character.getType(c + 1));
            if ((!run || end || c % SAMPLE == 0) && (c < 0xD800 || c > 0xDFFF)) {
                list.add(c);
            }
        }
        return list;
    }

    @ParameterizedTest
    @EnumSource(value = PreTokenizer.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void codePointsAreCutAsTheReferenceCutsThem(PreTokenizer cuts) {
        BpeTokenizer ours = probe(new TextRules(cuts, List.of()));
        List<Integer> points = codePoints();
        List<String> disputed = new ArrayList<>();
        try (RustTokenizer rust = new RustTokenizer(TokenizerJson.write(ours))) {
            for (int from = 0; from < points.size(); from += 256) {
                List<Integer> some = points.subList(from, Math.min(from + 256, points.size()));
                if (!Arrays.equals(ours.encode(context(some)), rust.encode(context(some)))) {
                    for (int c : some) {
                        compare(ours, rust, context(List.of(c)), c, disputed);
                    }
                }
            }
        }
        assertEquals(List.of(), disputed);
    }

    /** Each code point between a letter and a digit, a space and a sign, and letters of both cases. */
    static String context(List<Integer> points) {
        StringBuilder text = new StringBuilder();
        for (int c : points) {
            text.append("a")
                    .appendCodePoint(c)
                    .append("1 ")
                    .appendCodePoint(c)
                    .append(".")
                    .appendCodePoint(c)
                    .append("\nA")
                    .appendCodePoint(c)
                    .append("Aa")
                    .appendCodePoint(c)
                    .append("aA\n");
        }
        return text.toString();
    }

    private static void compare(BpeTokenizer ours, RustTokenizer rust, String text, int c, List<String> disputed) {
        if (!Arrays.equals(ours.encode(text), rust.encode(text))) {
            disputed.add(Integer.toHexString(c));
        }
    }

    /** Merges every byte with each of the bytes around it in the contexts, so that a missing cut shows. */
    private static BpeTokenizer probe(TextRules rules) {
        List<byte[]> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        for (int known : "a1. \nA".getBytes(StandardCharsets.UTF_8)) {
            for (int b = 0; b < 256; b++) {
                add(tokens, merges, known, b);
                if (b >= 128) {
                    add(tokens, merges, b, known);
                }
            }
        }
        return new BpeTokenizer(tokens, merges, rules);
    }

    private static void add(List<byte[]> tokens, List<BpeTokenizer.Merge> merges, int left, int right) {
        merges.add(new BpeTokenizer.Merge(left, right, tokens.size()));
        tokens.add(new byte[] {(byte) left, (byte) right});
    }

    /** U+0345 and U+0334 have the highest and the lowest combining class: any mark changes places with one of them. */
    @Test
    void codePointsAreComposedAsTheReferenceComposesThem() {
        BpeTokenizer ours =
                probe(new TextRules(Normalization.NFC, PreTokenizer.GPT2, List.of(), false, List.of(), List.of()));
        List<String> disputed = new ArrayList<>();
        try (RustTokenizer rust = new RustTokenizer(TokenizerJson.write(ours))) {
            for (int c : codePoints()) {
                String point = Character.toString(c);
                compare(ours, rust, "a\u0345" + point + " b" + point + "\u0334", c, disputed);
                String parts = Normalizer.normalize(point, Normalizer.Form.NFD);
                if (!parts.equals(point)) {
                    compare(ours, rust, parts + "\u0301", c, disputed);
                }
            }
        }
        assertEquals(List.of(), disputed);
    }
}
