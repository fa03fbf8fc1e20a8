package dev.athanor.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts for tests. */
final class Samples {
    /**
     * Fragments that are joined at random: words, code, emoji, CJK, combining marks, right-to-left, spaces of all
     * kinds.
     */
    private static final List<String> FRAGMENTS = List.of(
            "the ",
            "king",
            " lies",
            " still",
            "'s",
            "'S",
            "'re",
            "'LL",
            "'ſ",
            "can't",
            " I'd",
            "'",
            "''",
            " '",
            "\"",
            "!",
            "?!",
            "...",
            " ",
            "  ",
            "   ",
            "    ",
            "\t",
            "\n",
            "\n\n",
            "\r\n",
            "\r",
            " \n ",
            "\n  \n",
            "\u00A0",
            "\u2003",
            "\u3000",
            "\u0085",
            "\u200B",
            "\uFEFF",
            "0",
            "12",
            "123",
            "1234567",
            "3.14",
            " 42",
            "Ⅷ",
            "½",
            "٣",
            "१२",
            "²",
            "é",
            "e\u0301",
            "ñ",
            "n\u0303",
            "\u0301",
            "Å",
            "Å",
            "ﬁ",
            "ﬃ",
            "ß",
            "ſ",
            "İ",
            "ı",
            "К",
            "привет",
            " мир",
            "שלום",
            "مرحبا",
            "สวัสดี",
            "नमस्ते",
            "你好",
            "世界",
            "日本語",
            "ひらがな",
            "カタカナ",
            "한국어",
            "각",
            "𠀀",
            "𝒜",
            "𝟘",
            "😀",
            "👨‍👩‍👧",
            "🇫🇷",
            "👍🏽",
            "❤️",
            "☃",
            "→",
            "∑",
            "\u0000",
            "\u0007",
            "\u007F",
            "\uFFFD",
            "\uE000",
            "\u0378",
            "int x = 0;",
            "for (",
            "){",
            "}\n",
            "=>",
            "!=",
            "//",
            "/* */",
            "#include",
            "\\n",
            "snake_case",
            "camelCase",
            "CONST_9",
            "a+b",
            "<|endoftext|>",
            "<|im_start|>",
            "<tag>",
            "&amp;",
            "http://x.y/z?a=1",
            "@user",
            "$5",
            "€",
            "%",
            "_",
            "__",
            "-",
            "--",
            "zzz",
            "aaaaaaaa");

    private Samples() {}

    /** The first 200,000 bytes of the Tiny Shakespeare corpus. */
    static String shakespeare() {
        try (InputStream in = Samples.class.getResourceAsStream("shakespeare.txt")) {
            if (in == null) {
                throw new IllegalStateException("shakespeare.txt is not among the test resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A short random text of one of several kinds. */
    static String random(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> fragments(random);
            case 1 -> codePoints(random, 0x110000);
            case 2 -> codePoints(random, 0x3000);
            default -> new String(bytes(random), StandardCharsets.UTF_8);
        };
    }

    private static String fragments(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
        }
        return text.toString();
    }

    private static String codePoints(Random random, int bound) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            int c = random.nextInt(bound);
            text.appendCodePoint(c >= 0xD800 && c < 0xE000 ? ' ' : c);
        }
        return text.toString();
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A tokenizer learned from Shakespeare and from random fragments, so that it has merges in every script. */
    static BpeTokenizer learned(PreTokenizer cuts, int vocabulary) {
        BpeLearner learner = new BpeLearner(cuts);
        learner.feed(shakespeare());
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            learner.feed(fragments(random));
        }
        return learner.learn(vocabulary, List.of(BpeTokenizer.END_OF_TEXT));
    }

    /** The same merges under other rules; added tokens beyond the vocabulary become part of it. */
    static BpeTokenizer with(BpeTokenizer t, TextRules rules) {
        List<byte[]> tokens = new ArrayList<>();
        for (int id = 0; id < t.vocabularySize(); id++) {
            tokens.add(t.bytes(id));
        }
        for (AddedToken token : rules.addedTokens()) {
            if (token.id() == tokens.size()) {
                tokens.add(token.content().getBytes(StandardCharsets.UTF_8));
            }
        }
        return new BpeTokenizer(tokens, t.merges(), rules);
    }
}
