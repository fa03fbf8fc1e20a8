package dev.athanor.corpus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.CharTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static TokenBuffer counting(int size) {
        TokenBuffer tokens = new TokenBuffer();
        tokens.add(IntStream.range(0, size).toArray(), size);
        return tokens;
    }

    private static TextSource source(List<String> texts) {
        return new TextSource() {
            @Override
            public void read(Consumer<Document> reader) {
                texts.forEach(text -> reader.accept(new Document("d", text)));
            }

            @Override
            public String name() {
                return "test";
            }
        };
    }

    @Test
    void examplesFollowFromSeedAndStepAlone() {
        Batches batches = new Batches(counting(1000), 5, 8);
        Batches.Batch a = batches.random(3, 0, 4);
        Batches.Batch b = new Batches(counting(1000), 5, 8).random(3, 0, 4);
        assertArrayEquals(a.tokens(), b.tokens());
        assertFalse(Arrays.equals(a.tokens(), batches.random(4, 0, 4).tokens()), "another step");
        assertFalse(Arrays.equals(a.tokens(), batches.random(3, 1, 4).tokens()), "another micro-batch");
        assertFalse(
                Arrays.equals(
                        a.tokens(),
                        new Batches(counting(1000), 6, 8).random(3, 0, 4).tokens()),
                "another seed");
        for (int i = 0; i < a.tokens().length; i++) {
            assertEquals(a.tokens()[i] + 1, a.targets()[i], "the target is what comes next");
        }
    }

    @Test
    void whereTheTextIsExamplesEveryRowIsOneOfThemWhole() {
        Batches batches = new Batches(counting(5 * 6), 5, 8, OptionalInt.of(6));
        boolean[] seen = new boolean[5];
        for (int step = 0; step < 50; step++) {
            Batches.Batch b = batches.random(step, 0, 3);
            assertEquals(5, b.length(), "the last token has nothing after it");
            assertEquals(15, b.counted());
            for (int row = 0; row < 3; row++) {
                assertEquals(0, b.tokens()[row * 5] % 6, "a row begins where an example does");
                assertEquals(b.tokens()[row * 5] + 5, b.targets()[row * 5 + 4], "and predicts its last token");
                seen[b.tokens()[row * 5] / 6] = true;
            }
        }
        for (int example = 0; example < 5; example++) {
            assertTrue(seen[example], "example " + example + " is drawn");
        }
        assertEquals(25, batches.predictions());
        int counted = 0;
        for (int i = 0; i < batches.evaluations(2); i++) {
            Batches.Batch b = batches.evaluation(i, 2);
            counted += b.counted();
            for (int j = 0; j < b.targets().length; j++) {
                assertTrue(b.targets()[j] < 0 || b.targets()[j] % 6 != 0, "no first token is predicted");
            }
        }
        assertEquals(25, counted, "every other token is predicted once");
        assertThrows(
                IllegalArgumentException.class,
                () -> new Batches(counting(100), 5, 8, OptionalInt.of(10)),
                "context 8");
    }

    @Test
    void everyPlaceIsDrawnIncludingTheLast() {
        Batches batches = new Batches(counting(12), 1, 8);
        boolean[] seen = new boolean[12];
        for (int step = 0; step < 200; step++) {
            seen[batches.random(step, 0, 1).tokens()[0]] = true;
        }
        for (int from = 0; from < 12 - 8; from++) {
            assertEquals(true, seen[from], "window from " + from);
        }
    }

    @Test
    void evaluationPredictsEveryTokenButTheFirstOnce() {
        for (int size : new int[] {2, 8, 9, 10, 63, 64, 65, 66, 200}) {
            Batches batches = new Batches(counting(size), 1, 8);
            int[] seen = new int[size];
            int counted = 0;
            for (int i = 0; i < batches.evaluations(4); i++) {
                Batches.Batch b = batches.evaluation(i, 4);
                counted += b.counted();
                for (int j = 0; j < b.targets().length; j++) {
                    if (b.targets()[j] >= 0) {
                        assertEquals(b.tokens()[j] + 1, b.targets()[j]);
                        seen[b.targets()[j]]++;
                    }
                }
            }
            assertEquals(size - 1, counted, "size " + size);
            assertEquals(0, seen[0]);
            for (int t = 1; t < size; t++) {
                assertEquals(1, seen[t], "token " + t + " of " + size);
            }
        }
    }

    @Test
    void oneTextIsSplitByPositionAsNanoGptDoes() {
        String text = "ab".repeat(500) + "c";
        Tokenizer characters = CharTokenizer.learn(List.of(text));
        Corpus corpus = Corpus.encode(source(List.of(text)), characters);
        assertEquals(900, corpus.train().size());
        assertEquals(101, corpus.validation().size());
        assertEquals(900, corpus.train().rawBytes());
        int[] tail = new int[101];
        corpus.validation().copy(0, tail, 0, 101);
        assertEquals(text.substring(900), characters.decode(tail));
    }

    @Test
    void manyTextsAreSplitWholeAndEndOfTextAddsNoBytes() {
        BpeLearner learner = new BpeLearner();
        learner.feed("tale");
        BpeTokenizer tokenizer = learner.learn(257, List.of(BpeTokenizer.END_OF_TEXT));
        List<String> texts = IntStream.range(0, 40).mapToObj(i -> "tale é").toList();
        Corpus corpus = Corpus.encode(source(texts), tokenizer);
        assertEquals(38 * 8, corpus.train().size());
        assertEquals(2 * 8, corpus.validation().size());
        assertEquals(2 * 7, corpus.validation().rawBytes());
        int[] first = new int[8];
        corpus.validation().copy(0, first, 0, 8);
        assertEquals(tokenizer.endOfText(), first[7]);
    }

    @Test
    void aCorpusSmallerThanOneContextIsRefusedWithBothNumbers() {
        Corpus corpus = Corpus.encode(source(List.of("abcabcabcabc")), CharTokenizer.learn(List.of("abc")));
        CorpusException e = assertThrows(CorpusException.class, () -> corpus.requireContext("small.txt", 64));
        assertEquals(
                "small.txt: expected at least context + 1 = 65 training tokens, found 10; give more text or a smaller context",
                e.getMessage());
        assertThrows(
                CorpusException.class, () -> Corpus.encode(source(List.of("")), CharTokenizer.learn(List.of("abc"))));
    }
}
