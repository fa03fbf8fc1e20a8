package dev.athanor.generate.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Against java.util.regex. */
class RegexAgreementTest {
    private static final List<String> PATTERNS = List.of(
            "",
            "a",
            "abc",
            "a|b",
            "a|",
            "|",
            "(a|b)c",
            "(?:ab)+",
            "a*",
            "a+",
            "a?",
            "a*?",
            "a+?b",
            "a??b",
            "a{3}",
            "a{2,}",
            "a{0,2}",
            "a{1,3}?b",
            "(a{1,2}b){2,3}",
            "(a?){3}",
            "(a*)*",
            "(a*)+b",
            "(a|ab)(c|bcd)",
            "(ab|a)*b",
            ".",
            ".*",
            ".+b",
            "a.c",
            "[abc]",
            "[^abc]",
            "[a-c]+",
            "[^a-c]+",
            "[-a]",
            "[a-]",
            "[\\]a]",
            "[a^]",
            "[.]",
            "\\d",
            "\\d+\\.\\d{1,2}",
            "\\D+",
            "\\w+",
            "\\W",
            "\\s",
            "\\S+",
            "[\\d.]+",
            "[^\\d]+",
            "[\\w-]+",
            "[\\s\\S]",
            "\\.",
            "\\\\",
            "\\[a\\]",
            "\\{2\\}",
            "\\(a\\)",
            "a\\|b",
            "\\*",
            "\\n",
            "\\t|\\r|\\f",
            "\\x41",
            "\\u00e9",
            "^a",
            "a$",
            "^a$",
            "^a|b$",
            "^(a|b)$",
            "é",
            "[à-ü]+",
            "日本?",
            "[一-龥]{1,2}",
            "😀",
            "[😀-😂]",
            "[^a]",
            "😀{2}",
            "\\p{L}+",
            "\\p{Lu}\\p{Ll}*",
            "\\P{L}",
            "[\\p{N}_]+",
            "\\p{Sc}",
            "(?<year>\\d{2})-(?<day>\\d)",
            "((a)(b(c)))",
            "(a|b|c|ab|bc)*",
            "(?:a|b){0,4}c?",
            "x*y*z*",
            "(x+x+)+y",
            "(a|a)*",
            "(a|aa)+b",
            ".*a.{3}",
            "[ab]*a[ab]{4}",
            "\"[^\"]*\"",
            "\\{\"a\":\\d+\\}",
            "-?(0|[1-9]\\d*)",
            "[+-]?\\d+([.]\\d*)?",
            "(0|1(01*0)*1)*",
            "a{0}b",
            "a{0,0}",
            "()",
            "(|a)b",
            "(a|)(b|)",
            "}",
            "]",
            "a}",
            "(?:)",
            "[a\\-z]",
            "[\\^a]",
            "\\u0041\\x62",
            "yes|no|maybe");

    private static final String[] LETTERS = {
        "a", "b", "c", "ab", "bc", "x", "y", "z", "A", "É", "é", "日", "本", "😀", "😁", "0", "1", "7", "42", ".", "-",
        "+", "_", "^", "\\", "[", "]", "{", "}", "(", ")", "|", "\"", " ", "\n", "\t", "\r", "\u0085", "\u2028",
        "\u00a0", "\u0000", "$", "€", "٣", "Ⅷ", ":", "yes", "no"
    };

    @Test
    void aPatternLetsThroughExactlyWhatItMatches() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        assertTrue(PATTERNS.size() >= 80, "patterns " + PATTERNS.size());
        int matching = 0;
        int other = 0;
        for (String source : PATTERNS) {
            int[] counts = agree(source, random, seed, 400);
            matching += counts[0];
            other += counts[1];
        }
        System.out.println(PATTERNS.size() + " patterns: " + matching + " texts match, " + other + " do not");
    }

    @Test
    void aRandomPatternLetsThroughExactlyWhatItMatches() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            agree(pattern(random, 3), random, seed, 60);
        }
    }

    private static int[] agree(String source, SplittableRandom random, long seed, int rounds) {
        Constraint constraint = Constraint.regex(source, ConstraintLimits.DEFAULT);
        Pattern pattern = Pattern.compile(source);
        int[] counts = new int[2];
        int unanswered = 0;
        for (int i = 0; i < rounds; i++) {
            boolean own = random.nextBoolean();
            String text = own ? Walks.walk(constraint, random, random.nextInt(12), 100) : text(random);
            if (own && random.nextInt(3) == 0) {
                text = mutated(text, random);
            }
            Optional<Boolean> answer = reference(pattern, text);
            if (answer.isEmpty()) {
                unanswered++;
                continue;
            }
            boolean expected = answer.get();
            assertEquals(
                    expected, Walks.accepts(constraint, text), "seed " + seed + ": " + source + " on " + shown(text));
            counts[expected ? 0 : 1]++;
        }
        assertTrue(
                unanswered <= rounds / 4,
                "seed " + seed + ": " + source + ": java.util.regex gave up on " + unanswered + " of " + rounds);
        return counts;
    }

    /** What java.util.regex says; empty where it would try for years, as it may with repetitions inside repetitions. */
    private static Optional<Boolean> reference(Pattern pattern, String text) {
        try {
            return Optional.of(pattern.matcher(new Patient(text)).matches());
        } catch (GaveUp e) {
            return Optional.empty();
        }
    }

    private static final class GaveUp extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A text that can be looked at a million times. */
    private static final class Patient implements CharSequence {
        private final String text;
        private int looks;

        Patient(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > 1_000_000) {
                throw new GaveUp();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        return text.toString();
    }

    private static String mutated(String text, SplittableRandom random) {
        List<String> codes =
                new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
        if (codes.isEmpty() || random.nextBoolean()) {
            codes.add(random.nextInt(codes.size() + 1), LETTERS[random.nextInt(LETTERS.length)]);
        } else {
            codes.remove(random.nextInt(codes.size()));
        }
        return String.join("", codes);
    }

    private static String pattern(SplittableRandom random, int depth) {
        if (depth == 0) {
            String[] atoms = {"a", "b", "[ab]", "[^a]", ".", "\\d", "é", "c"};
            return atoms[random.nextInt(atoms.length)];
        }
        String inner = pattern(random, depth - 1);
        String other = pattern(random, random.nextInt(depth));
        return switch (random.nextInt(7)) {
            case 0 -> "(" + inner + "|" + other + ")";
            case 1 -> "(?:" + inner + ")*";
            case 2 -> "(" + inner + "){1,2}";
            case 3 -> "(?:" + inner + ")?" + other;
            case 4 -> "(" + inner + "){2,}";
            default -> inner + other;
        };
    }

    private static String shown(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints()
                .forEach(c ->
                        out.append(c < 127 && c > 31 ? Character.toString(c) : "<" + Integer.toHexString(c) + ">"));
        return out.append('"').toString();
    }

    /** All 1,112,064 code points, in sets whose bounds are random. */
    @Test
    void aSetOfCodePointsIsExactlyItsBytes() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 40; round++) {
            List<CodeSet> ranges = new ArrayList<>();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                int first = random.nextInt(1 << random.nextInt(1, 21));
                ranges.add(CodeSet.range(
                        first, Math.min(CodeSet.LAST, first + random.nextInt(1 << random.nextInt(1, 18)))));
            }
            CodeSet set = CodeSet.union(ranges);
            Budget budget = new Budget(ConstraintLimits.DEFAULT, "here");
            Grammar.Builder grammar = new Grammar.Builder(ConstraintLimits.DEFAULT);
            if (set.isEmpty()) {
                continue;
            }
            Automaton one = Automaton.of(Regex.set(set), budget);
            Constraint constraint = grammar.build(grammar.terminal(one), "here");
            Grammar.Builder quotedGrammar = new Grammar.Builder(ConstraintLimits.DEFAULT);
            Constraint quoted = quotedGrammar.build(quotedGrammar.terminal(one.quoted(budget)), "here");
            for (int i = 0; i < 20_000; i++) {
                int code = random.nextInt(4) == 0
                        ? Math.clamp(set.first(random.nextInt(set.ranges())) + random.nextInt(-2, 3), 0, CodeSet.LAST)
                        : random.nextInt(1 << random.nextInt(1, 21));
                if (code >= 0xD800 && code < 0xE000 || code > CodeSet.LAST) {
                    continue;
                }
                String text = Character.toString(code);
                String message = "seed " + seed + ": U+" + Integer.toHexString(code) + " in " + set;
                assertEquals(set.contains(code), Walks.accepts(constraint, text), message);
                if (code < 0x10000) {
                    String escape = String.format(random.nextBoolean() ? "\"\\u%04x\"" : "\"\\u%04X\"", code);
                    assertEquals(set.contains(code), Walks.accepts(quoted, escape), message);
                }
                boolean raw = code >= 32 && code != '"' && code != '\\';
                assertEquals(set.contains(code) && raw, Walks.accepts(quoted, "\"" + text + "\""), message);
            }
        }
    }

    @Test
    void bytesThatAreNotUtf8AreNeverAllowed() {
        Constraint any = Constraint.regex("[\\s\\S]*", ConstraintLimits.DEFAULT);
        byte[][] bad = {
            {(byte) 0x80},
            {(byte) 0xC0},
            {(byte) 0xC1},
            {(byte) 0xF5},
            {(byte) 0xFF},
            {(byte) 0xE0, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0},
            {(byte) 0xF0, (byte) 0x80},
            {(byte) 0xF4, (byte) 0x90},
            {(byte) 0xC3, 'a'}
        };
        for (byte[] bytes : bad) {
            java.util.Optional<Constraint.State> now = java.util.Optional.of(any.start());
            for (byte b : bytes) {
                now = now.flatMap(state -> state.next(b));
            }
            assertFalse(now.isPresent(), java.util.Arrays.toString(bytes));
        }
    }
}
