package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random changes to good files: the reader accepts them or refuses them, and nothing else, in little memory; what it
 * accepts encodes and decodes. To search for longer, run {@link #main} with a seed and a number of rounds.
 */
class TokenizerFuzzTest {
    private static final long SEED = 6174;
    private static final int ROUNDS = 1200;

    /** A file of 14 kilobytes may cost at most this much; the largest cost measured is a quarter of it. */
    private static final long MOST_BYTES = 8 << 20;

    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "0",
            "-1",
            "300",
            "9223372036854775807",
            "1e9",
            "NaN",
            "null",
            "true",
            "false",
            "\"type\"",
            "\"BPE\"",
            "\"Sequence\"",
            "\"Split\"",
            "\"Digits\"",
            "\"ByteLevel\"",
            "\"NFC\"",
            "\"id\"",
            "\"ids\"",
            "\"content\"",
            "\"vocab\"",
            "\"merges\"",
            "\"normalized\"",
            "\"single\"",
            "\\u0000",
            "\\ud800",
            "\\",
            " ",
            "\n",
            "\u00e9",
            "\"Ġ\"",
            "\"special_tokens\"",
            "\"ignore_merges\"");

    private static String good(PreTokenizer cuts) {
        BpeTokenizer t = Samples.learned(cuts == PreTokenizer.NONE ? PreTokenizer.GPT2 : cuts, 300);
        int n = t.vocabularySize();
        List<AddedToken> added = List.of(
                AddedToken.special(0, BpeTokenizer.END_OF_TEXT),
                new AddedToken(n, "  ", false, false, false, true, false),
                new AddedToken(n + 1, "<x>", true, true, true, false, true));
        Normalization form = cuts == PreTokenizer.QWEN2 ? Normalization.NFC : Normalization.NONE;
        return TokenizerJson.write(Samples.with(
                t, new TextRules(form, cuts, added, cuts == PreTokenizer.LLAMA3, List.of(0), List.of(n + 1))));
    }

    /** Changes fall on the short part before the vocabulary half of the time. */
    private static String mutate(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        int head = good.indexOf("\"vocab\"");
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(head, text.length()) : text.length());
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            switch (random.nextInt(7)) {
                case 0 -> text.setCharAt(at, (char) (text.charAt(at) ^ (1 << random.nextInt(7))));
                case 1 -> text.setCharAt(at, (char) random.nextInt(256));
                case 2 -> text.setLength(Math.max(1, at));
                case 3 -> text.delete(at, at + random.nextInt(9));
                case 4 -> text.insert(at, piece);
                case 5 -> text.replace(at, at + piece.length(), piece);
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(60))));
            }
            if (text.isEmpty()) {
                return "";
            }
        }
        return text.toString();
    }

    /** How many of the files were refused. */
    private static int fuzz(PreTokenizer cuts, long seed, int rounds) {
        String good = good(cuts);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int i = 0; i < rounds; i++) {
            String where = "seed " + seed + ", round " + i;
            Random random = new Random(seed + 31L * i);
            String text = mutate(good, random);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                use(TokenizerJson.parse(text, "tokenizer.json"), random);
            } catch (TokenizerFormatException e) {
                HostileTokenizerTest.assertSentence(e, "tokenizer.json: ", "expected");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError(where + ": " + text, e);
            }
            long cost = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(cost < MOST_BYTES, () -> where + ": " + cost + " bytes allocated");
        }
        return refused;
    }

    /** Ids lie in the vocabulary, the text comes back, and a written file is read to the same ids. */
    private static void use(Tokenizer t, Random random) {
        String text = Samples.random(random);
        int[] ids = t.encode(text);
        assertTrue(Arrays.stream(ids).allMatch(id -> id >= 0 && id < t.vocabularySize()), text);
        if (t instanceof BpeTokenizer bpe
                && bpe.rules().normalization() == Normalization.NONE
                && !bpe.rules().prefixSpace()
                && bpe.rules().addedTokens().stream().noneMatch(a -> a.leftStrip() || a.rightStrip())) {
            assertEquals(text, new String(t.decode(ids).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
        assertEquals(
                Arrays.toString(ids),
                Arrays.toString(
                        TokenizerJson.parse(TokenizerJson.write(t), "written").encode(text)));
    }

    @ParameterizedTest
    @EnumSource(PreTokenizer.class)
    void mutatedFilesAreReadOrRefused(PreTokenizer cuts) {
        int refused = fuzz(cuts, SEED, ROUNDS);
        assertTrue(refused > ROUNDS / 2 && refused < ROUNDS, "refused: " + refused + " of " + ROUNDS);
    }

    /** Searches on demand: a seed, and rounds for each way to cut. */
    public static void main(String[] arguments) {
        PrintStream out = System.out;
        for (PreTokenizer cuts : PreTokenizer.values()) {
            int rounds = Integer.parseInt(arguments[1]);
            out.println(cuts + ": refused " + fuzz(cuts, Long.parseLong(arguments[0]), rounds) + " of " + rounds);
        }
    }
}
