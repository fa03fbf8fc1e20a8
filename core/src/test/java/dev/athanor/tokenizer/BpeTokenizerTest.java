package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTokenizerTest {
    private static final long SEED = 31;

    private final BpeTokenizer tokenizer = Samples.learned(PreTokenizer.GPT2, 1500);

    @Test
    void decodingUndoesEncoding() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            String text = Samples.random(random);
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)), "seed " + SEED + ", text " + i);
        }
    }

    @Test
    void streamedTextIsTheDecodedTextInWholeCharacters() {
        Random random = new Random(SEED);
        StreamingDecoder stream = new StreamingDecoder(tokenizer);
        for (int i = 0; i < 20_000; i++) {
            int[] ids = random.ints(random.nextInt(12), 0, tokenizer.vocabularySize())
                    .toArray();
            if (i % 2 == 0) {
                ids = tokenizer.encode(Samples.random(random));
            }
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                String some = stream.feed(id);
                assertTrue(
                        some.isEmpty() || !Character.isHighSurrogate(some.charAt(some.length() - 1)),
                        "half a character came out");
                text.append(some);
            }
            assertEquals(
                    tokenizer.decode(ids), text + stream.flush(), "seed " + SEED + ", ids " + Arrays.toString(ids));
        }
    }

    @Test
    void anUnfinishedCharacterWaitsForItsLastByte() {
        StreamingDecoder stream = new StreamingDecoder(tokenizer);
        byte[] bytes = "𠀀".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            assertEquals("", stream.feed(byteId(bytes[i])));
        }
        assertEquals("𠀀", stream.feed(byteId(bytes[3])));
        stream.feed(byteId(bytes[0]));
        assertEquals("\uFFFD", stream.flush());
        assertEquals("", stream.flush());
    }

    private int byteId(byte b) {
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            if (Arrays.equals(tokenizer.bytes(id), new byte[] {b})) {
                return id;
            }
        }
        throw new AssertionError("no token for byte " + b);
    }

    @Test
    void namesOfSpecialTokensAreOrdinaryTextUnlessAskedFor() {
        String text = "a<|endoftext|>b";
        int end = tokenizer.endOfText();
        assertTrue(Arrays.stream(tokenizer.encode(text)).noneMatch(id -> id == end));
        assertTrue(Arrays.stream(tokenizer.encodeForModel(text)).noneMatch(id -> id == end));
        assertEquals(
                1,
                Arrays.stream(tokenizer.encodeWithSpecials(text))
                        .filter(id -> id == end)
                        .count());
        assertTrue(tokenizer.isSpecial(end));
        assertFalse(tokenizer.isSpecial(end + 1));
        assertEquals(end, tokenizer.id("<|endoftext|>"));
        assertEquals(-1, tokenizer.id("no such token"));
    }

    /**
     * The time of a run is at most 40 times that of ordinary text of its length: n log n needs about 5 times as much, n
     * squared thousands of times. A time above the bound is measured once more, since another program may have had the
     * processor.
     */
    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "é", " ", "\n", "'", "1", "!\n", " \n", "\u3000"})
    void aMegabyteOfOneThingIsNoTrap(String unit) {
        String run = unit.repeat((1 << 20) / unit.length());
        String play = Samples.shakespeare().repeat(5);
        for (PreTokenizer cuts : unit.equals("a")
                ? PreTokenizer.values()
                : new PreTokenizer[] {PreTokenizer.GPT2, PreTokenizer.LLAMA3}) {
            BpeTokenizer t = Samples.with(
                    tokenizer, new TextRules(cuts, tokenizer.rules().addedTokens()));
            long bound = 40 * nanoseconds(tokenizer, play);
            long taken = nanoseconds(t, run);
            if (taken > bound) {
                taken = nanoseconds(t, run);
            }
            assertTrue(taken <= bound, cuts + ": expected at most " + bound + " ns, found " + taken);
        }
    }

    private static long nanoseconds(BpeTokenizer tokenizer, String text) {
        long start = System.nanoTime();
        int[] ids = tokenizer.encode(text);
        long taken = System.nanoTime() - start;
        assertEquals(text, tokenizer.decode(ids));
        return taken;
    }

    @Test
    void halfACharacterIsRefusedWithItsPlace() {
        for (String text : new String[] {"ab\uD83D", "ab\uDE00c", "ab\uD83Dc"}) {
            String message = ""
                    + assertThrows(IllegalArgumentException.class, () -> tokenizer.encode(text))
                            .getMessage();
            assertTrue(message.contains("surrogate") && message.contains("at character 2"), message);
        }
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        int size = tokenizer.vocabularySize();
        for (int id : new int[] {-1, size, Integer.MAX_VALUE}) {
            String message = assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(id))
                    .getMessage();
            assertEquals("id: expected 0 to " + (size - 1) + ", found " + id, message);
            assertThrows(IllegalArgumentException.class, () -> tokenizer.bytes(id));
        }
    }

    @Test
    void shortAndLongPiecesMergeAlike() {
        BpeTokenizer whole = Samples.with(
                tokenizer, new TextRules(PreTokenizer.NONE, tokenizer.rules().addedTokens()));
        Random random = new Random(SEED);
        int[] bytes = new int[256];
        for (int b = 0; b < 256; b++) {
            bytes[b] = byteId((byte) b);
        }
        MergeTable table = new MergeTable(tokenizer.merges().size());
        for (int rank = 0; rank < tokenizer.merges().size(); rank++) {
            BpeTokenizer.Merge m = tokenizer.merges().get(rank);
            table.put(m.left(), m.right(), rank, m.result());
        }
        for (int i = 0; i < 3000; i++) {
            byte[] text = Samples.random(random).getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[text.length];
            for (int k = 0; k < ids.length; k++) {
                ids[k] = bytes[text[k] & 0xFF];
            }
            assertArrayEquals(
                    naive(ids, table), whole.encode(new String(text, StandardCharsets.UTF_8)), "seed " + SEED);
        }
    }

    /** The definition: find the lowest rank, merge its leftmost place, again. */
    private static int[] naive(int[] ids, MergeTable table) {
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < ids.length; i++) {
                long merge = table.merge(ids[i], ids[i + 1]);
                if (merge != MergeTable.NONE
                        && (best < 0
                                || MergeTable.rank(merge) < MergeTable.rank(table.merge(ids[best], ids[best + 1])))) {
                    best = i;
                }
            }
            if (best < 0) {
                return ids;
            }
            int[] merged = new int[ids.length - 1];
            System.arraycopy(ids, 0, merged, 0, best);
            merged[best] = MergeTable.result(table.merge(ids[best], ids[best + 1]));
            System.arraycopy(ids, best + 2, merged, best + 1, ids.length - best - 2);
            ids = merged;
        }
    }

    @Test
    void aVocabularyWithoutEveryByteIsRefused() {
        String message = assertThrows(
                        TokenizerFormatException.class,
                        () -> new BpeTokenizer(java.util.List.of(new byte[] {1}), java.util.List.of(), Map.of()))
                .getMessage();
        assertEquals("vocabulary: expected a token for each byte that UTF-8 uses, found none for byte 0", message);
    }
}
