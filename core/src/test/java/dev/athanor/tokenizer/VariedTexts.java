package dev.athanor.tokenizer;

import java.util.List;
import java.util.Random;

/**
 * Short texts of many kinds, each a function of a seed and a number: scripts of the world, emoji, marks, white space,
 * control characters, digits, contractions, code, runs, and characters of every class in every order.
 */
final class VariedTexts {
    /** First and last of a stretch of letters, marks and digits of one script. */
    private static final int[][] SCRIPTS = {
        {0x41, 0x7A},
        {0xC0, 0x24F},
        {0x250, 0x2FF},
        {0x300, 0x36F},
        {0x370, 0x3FF},
        {0x400, 0x52F},
        {0x530, 0x58F},
        {0x590, 0x5FF},
        {0x600, 0x6FF},
        {0x700, 0x74F},
        {0x780, 0x7FF},
        {0x900, 0x97F},
        {0x980, 0x9FF},
        {0xA00, 0xA7F},
        {0xB80, 0xBFF},
        {0xC00, 0xC7F},
        {0xD00, 0xD7F},
        {0xE00, 0xE7F},
        {0xE80, 0xEFF},
        {0xF00, 0xFFF},
        {0x1000, 0x109F},
        {0x10A0, 0x10FF},
        {0x1100, 0x11FF},
        {0x1200, 0x137F},
        {0x13A0, 0x13FF},
        {0x1780, 0x17FF},
        {0x1800, 0x18AF},
        {0x1C80, 0x1CFF},
        {0x1E00, 0x1FFF},
        {0x2000, 0x206F},
        {0x2070, 0x218F},
        {0x2190, 0x27BF},
        {0x2C00, 0x2DFF},
        {0x2E80, 0x303F},
        {0x3040, 0x30FF},
        {0x3100, 0x33FF},
        {0x4E00, 0x9FFF},
        {0xA640, 0xA7FF},
        {0xAB30, 0xABFF},
        {0xAC00, 0xD7FF},
        {0xF900, 0xFDFF},
        {0xFE00, 0xFFFF},
        {0x10000, 0x103FF},
        {0x10400, 0x104FF},
        {0x11000, 0x1147F},
        {0x12000, 0x1247F},
        {0x16E40, 0x16E9F},
        {0x1D400, 0x1D7FF},
        {0x1E900, 0x1E95F},
        {0x1F100, 0x1F1FF},
        {0x1F300, 0x1FAFF},
        {0x20000, 0x2A6DF},
        {0x30000, 0x323AF}
    };

    /** One or two characters of every general category, and those that patterns name. */
    private static final List<String> CLASSES = List.of(
            "A",
            "S",
            "É",
            "Σ",
            "𝒜",
            "a",
            "s",
            "ß",
            "ſ",
            "𝓪",
            "ǅ",
            "ᾈ",
            "ʰ",
            "ー",
            "ª",
            "世",
            "ا",
            "𠀀",
            "\u0301",
            "\u093E",
            "\u20DD",
            "\u200D",
            "0",
            "7",
            "٣",
            "𝟘",
            "Ⅷ",
            "〇",
            "½",
            "²",
            " ",
            " ",
            "\u00A0",
            "\u3000",
            "\u0085",
            "\u2028",
            "\u2029",
            "\n",
            "\n",
            "\r",
            "\t",
            "\u000B",
            "\f",
            "\u001C",
            "\u180E",
            "\u200B",
            "'",
            "'",
            "’",
            "/",
            "/",
            ".",
            "_",
            "(",
            "«",
            "+",
            "$",
            "^",
            "€",
            "☃",
            "\u0000",
            "\u00AD",
            "\uFEFF",
            "\uE000",
            "\u0378",
            "\uFFFF",
            "\uDBFF\uDFFF",
            "K",
            "Å",
            "ı",
            "İ",
            "ﬆ",
            "ﬀ");

    private static final List<String> EMOJI = List.of(
            "😀",
            "👨",
            "👩",
            "👧",
            "👍",
            "🏽",
            "🏿",
            "\u200D",
            "\u200D",
            "\uFE0F",
            "\uFE0E",
            "\u20E3",
            "1",
            "#",
            "🇫",
            "🇷",
            "🇩",
            "🏴",
            "\uDB40\uDC67",
            "\uDB40\uDC7F",
            "❤",
            "♂",
            "✈",
            "🧑",
            "🚀",
            "🦰",
            " ");

    private static final List<String> SPACES = List.of(
            " ", " ", " ", "\n", "\n", "\r", "\r\n", "\t", "\u000B", "\f", "\u0085", "\u00A0", "\u1680", "\u2003",
            "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\u200B", "\uFEFF", "a", ".", "1", "é");

    private static final List<String> CODE = List.of(
            "camelCase",
            "HTTPServer",
            "snake_case",
            "CONST_9",
            "x1",
            "42",
            "0x1F",
            "3.14e-5",
            "(",
            ")",
            "{",
            "}",
            "[i]",
            "==",
            "!=",
            "->",
            "=>",
            "//",
            "/**",
            "*/",
            "\n    ",
            "\n\t",
            "\r\n  ",
            ";",
            ",",
            ".",
            "\"",
            "'",
            "\\n",
            "<T>",
            "@",
            "#",
            "&&",
            " ",
            "  ",
            "return",
            "if",
            "=",
            "/usr/bin/",
            "a/b\n/");

    /** Names of added tokens in the files that are compared, whole and broken. */
    private static final List<String> NAMES = List.of(
            "<|endoftext|>",
            "<|im_start|>",
            "<|im_end|>",
            "<|begin_of_text|>",
            "<|eot_id|>",
            "<|endof",
            "text|>",
            "<think>",
            "</think>",
            "  ",
            "    ",
            "        ",
            "\n",
            " ",
            "user",
            "A",
            "é",
            "e\u0301");

    private VariedTexts() {}

    /** The text with this number. */
    static String text(long seed, int number) {
        Random random = new Random(seed + 0x9E3779B97F4A7C15L * number);
        return switch (number % 16) {
            case 0, 1 -> script(random);
            case 2, 3, 4, 5 -> joined(CLASSES, random, 9);
            case 6 -> joined(EMOJI, random, 7);
            case 7, 8 -> joined(SPACES, random, 9);
            case 9 -> contractions(random);
            case 10, 11 -> joined(CODE, random, 5);
            case 12 -> joined(NAMES, random, 5);
            case 13 -> points(random, 0x110000);
            case 14 -> points(random, 0x3100);
            default -> run(random);
        };
    }

    private static String joined(List<String> pieces, Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i >= 0; i--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    private static int point(Random random, int from, int to) {
        int c = from + random.nextInt(to - from + 1);
        return c >= 0xD800 && c < 0xE000 ? ' ' : c;
    }

    private static String script(Random random) {
        int[] script = SCRIPTS[random.nextInt(SCRIPTS.length)];
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(10); i >= 0; i--) {
            switch (random.nextInt(12)) {
                case 0 -> text.append(' ');
                case 1 -> text.append(CLASSES.get(random.nextInt(CLASSES.size())));
                default -> text.appendCodePoint(point(random, script[0], script[1]));
            }
        }
        return text.toString();
    }

    private static String points(Random random, int bound) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            text.appendCodePoint(point(random, 0, bound - 1));
        }
        return text.toString();
    }

    private static String contractions(Random random) {
        List<String> words = List.of("I", "we", "CAN", "it", "x", "1", " ", "é", "", "世", "\n", "Ünï", "'");
        List<String> tails =
                List.of("s", "t", "re", "ve", "m", "ll", "d", "ſ", "K", "rE", "ß", "ﬆ", "L", "r", "v", "l");
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(9) == 0 ? "’" : "'");
            for (char c : tails.get(random.nextInt(tails.size())).toCharArray()) {
                text.append(random.nextBoolean() ? Character.toUpperCase(c) : c);
            }
            text.append(random.nextBoolean() ? " " : words.get(random.nextInt(words.size())));
        }
        return text.toString();
    }

    private static String run(Random random) {
        List<String> of = switch (random.nextInt(3)) {
            case 0 -> CLASSES;
            case 1 -> SPACES;
            default -> CODE;
        };
        String unit = of.get(random.nextInt(of.size()));
        String text = unit.repeat(1 + random.nextInt(random.nextInt(8) == 0 ? 200 / unit.length() + 1 : 12));
        return random.nextBoolean() ? text : text + CLASSES.get(random.nextInt(CLASSES.size()));
    }
}
