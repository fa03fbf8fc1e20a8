package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BpeLearnerTest {
    private static final long SEED = 5;

    private static BpeTokenizer learn(String text, int vocabulary) {
        BpeLearner learner = new BpeLearner();
        learner.feed(text);
        return learner.learn(vocabulary, List.of(BpeTokenizer.END_OF_TEXT));
    }

    @Test
    void mergesAreThoseOfTheDefinition() {
        Random random = new Random(SEED);
        for (int round = 0; round < 60; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                text.append(random.nextInt(5) == 0 ? " " : Character.toString('a' + random.nextInt(1 + round % 4)));
            }
            text.append(round % 2 == 0 ? Samples.random(random).repeat(3) : "aaaaaaaa aaaaaaa abababab");
            BpeTokenizer learned = learn(text.toString(), 320);
            assertEquals(defined(text.toString(), learned, 320), learned.merges(), "seed " + SEED + ", round " + round);
        }
    }

    /** Counts every pair anew before each merge. */
    private static List<BpeTokenizer.Merge> defined(String text, BpeTokenizer bytes, int vocabulary) {
        List<List<Integer>> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = PreTokenizer.GPT2.end(text, at, text.length());
            List<Integer> ids = new ArrayList<>();
            for (byte b : text.substring(at, end).getBytes(StandardCharsets.UTF_8)) {
                ids.add(byteId(bytes, b));
            }
            pieces.add(ids);
            at = end;
        }
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        for (int id = 257; id < vocabulary; id++) {
            Map<Long, Long> counts = new HashMap<>();
            for (List<Integer> piece : pieces) {
                for (int i = 0; i + 1 < piece.size(); i++) {
                    counts.merge(MergeTable.pair(piece.get(i), piece.get(i + 1)), 1L, Long::sum);
                }
            }
            long best = -1;
            for (Map.Entry<Long, Long> e : counts.entrySet()) {
                long most = best < 0 ? 0 : counts.getOrDefault(best, 0L);
                if (e.getValue() > most || (e.getValue() == most && e.getKey() < best)) {
                    best = e.getKey();
                }
            }
            if (best < 0 || counts.getOrDefault(best, 0L) < 2) {
                break;
            }
            BpeTokenizer.Merge merge = new BpeTokenizer.Merge((int) (best >> 32), (int) best, id);
            merges.add(merge);
            for (List<Integer> piece : pieces) {
                for (int i = 0; i + 1 < piece.size(); i++) {
                    if (piece.get(i) == merge.left() && piece.get(i + 1) == merge.right()) {
                        piece.set(i, id);
                        piece.remove(i + 1);
                    }
                }
            }
        }
        return merges;
    }

    private static int byteId(BpeTokenizer t, byte b) {
        for (int id = 1; id < 257; id++) {
            if (t.bytes(id)[0] == b) {
                return id;
            }
        }
        throw new AssertionError("no token for byte " + b);
    }

    /** Gives a few characters at a time, so that every cut falls on the border of two reads once. */
    private static Reader slow(String text, int most) {
        Random random = new Random(SEED);
        return new Reader() {
            private final Reader in = new StringReader(text);

            @Override
            public int read(char[] buffer, int offset, int length) throws IOException {
                return in.read(buffer, offset, Math.min(length, 1 + random.nextInt(most)));
            }

            @Override
            public void close() {}
        };
    }

    @ParameterizedTest
    @EnumSource(PreTokenizer.class)
    void aStreamTeachesWhatTheWholeTextTeaches(PreTokenizer cuts) throws IOException {
        StringBuilder text = new StringBuilder();
        Random random = new Random(SEED);
        while (text.length() < 3_000_000) {
            text.append(Samples.random(random));
            if (random.nextInt(5000) == 0) {
                text.append((random.nextBoolean() ? " \n " : "x").repeat(400_000));
            }
        }
        if (cuts == PreTokenizer.NONE) {
            text.setLength(100_000);
        }
        BpeLearner whole = new BpeLearner(cuts);
        whole.feed(text.toString());
        BpeLearner stream = new BpeLearner(cuts);
        stream.feed(slow(text.toString(), 100_000));
        assertEquals(
                whole.learn(500, List.of()).merges(),
                stream.learn(500, List.of()).merges(),
                "seed " + SEED);
    }

    @Test
    void orderOfTheTextsDoesNotMatter() {
        String text = Samples.shakespeare();
        int middle = text.indexOf("\n\n", text.length() / 2);
        BpeLearner backwards = new BpeLearner();
        backwards.feed(text.substring(middle));
        backwards.feed(text.substring(0, middle));
        BpeLearner forwards = new BpeLearner();
        forwards.feed(text.substring(0, middle));
        forwards.feed(text.substring(middle));
        assertEquals(
                forwards.learn(1000, List.of()).merges(),
                backwards.learn(1000, List.of()).merges());
    }

    @Test
    void aMegabyteTeachesFourThousandTokensInSeconds() {
        String text = Samples.shakespeare().repeat(5);
        long start = System.nanoTime();
        BpeTokenizer learned = learn(text, 4096);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertEquals(4096, learned.vocabularySize());
        assertTrue(seconds <= 3, "expected at most 3 s, found " + seconds);
    }

    @Test
    void longPiecesAreLearnedFrom() {
        String text = "ab".repeat(500_000) + " " + "a".repeat(1_000_000);
        BpeTokenizer learned = learn(text, 300);
        assertEquals(text, learned.decode(learned.encode(text)));
        assertTrue(learned.encode(text).length < 2000, "found " + learned.encode(text).length + " ids");
    }

    @Test
    void withNothingToMergeFewerTokensComeOut() {
        assertEquals(257, learn("", 1000).vocabularySize());
        assertEquals(257, learn("abc", 1000).vocabularySize());
        assertEquals(258, learn("ab ab", 258).vocabularySize());
    }

    @Test
    void noMergeTakesTheNameOfASpecialToken() {
        BpeLearner learner = new BpeLearner();
        learner.feed("stop stop stop stop");
        BpeTokenizer learned = learner.learn(400, List.of("stop"));
        assertEquals(0, learned.id("stop"));
        assertEquals(
                learned.vocabularySize(),
                TokenizerJson.parse(TokenizerJson.write(learned), "written").vocabularySize());
    }

    @Test
    void progressIsToldForEveryMerge() {
        List<Integer> told = new ArrayList<>();
        BpeLearner learner = new BpeLearner();
        learner.feed(Samples.shakespeare());
        learner.learn(300, List.of(), (done, wanted) -> {
            assertEquals(44, wanted);
            told.add(done);
        });
        assertEquals(44, told.size());
        assertEquals(44, told.getLast());
    }

    @Test
    void impossibleVocabulariesAreRefused() {
        BpeLearner learner = new BpeLearner();
        assertEquals(
                "vocabulary: expected at least 257 (256 bytes and 1 special tokens), found 256",
                assertThrows(IllegalArgumentException.class, () -> learner.learn(256, List.of("<s>")))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> learner.learn(400, List.of("<s>", "<s>")));
    }
}
