package dev.athanor.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.CharTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random symbols and the same again. */
class RepeatsTest {
    private static TextSource source(String name) {
        return TextSources.parse(name, Path.of("no-cache"));
    }

    private static List<String> texts(TextSource source) {
        List<String> texts = new ArrayList<>();
        source.read(d -> texts.add(d.text()));
        return texts;
    }

    @Test
    void aHalfIsRepeatedAndTheSameSeedGivesTheSameText() {
        List<String> texts = texts(source("repeats:sequences=300"));
        assertEquals(300, texts.size());
        for (String text : texts) {
            assertEquals(32, text.length());
            assertEquals(text.substring(0, 16), text.substring(16));
        }
        assertEquals(64, String.join("", texts).chars().distinct().count());
        assertEquals(texts, texts(source("repeats:seed=1,sequences=300")));
        assertTrue(!texts.equals(texts(source("repeats:seed=2,sequences=300"))), "another seed");
    }

    @Test
    void withAShortestPeriodAllPeriodsUpToHalfOccur() {
        boolean[] seen = new boolean[17];
        for (String text : texts(source("repeats:shortest=8,sequences=500"))) {
            int period = 1;
            while (!text.startsWith(text.substring(period))) {
                period++;
            }
            assertTrue(period <= 16, text + " repeats after " + period);
            seen[period] = true;
        }
        for (int period = 8; period <= 16; period++) {
            assertTrue(seen[period], "period " + period);
        }
    }

    @Test
    void theFloorIsThatOfTheChancesOnly() {
        // 2.012 nats: TransformerLens' recipe, 15 of 31 predictions among 64.
        LossFloor half = source("repeats:").floor().orElseThrow();
        assertEquals(2.0124, half.nats(), 5e-5);
        assertEquals("15/31 · ln 64", half.formula());
        // Counted by hand: two symbols, length 4, period 2: one of three predictions is a coin.
        assertEquals(
                Math.log(2) / 3,
                source("repeats:vocabulary=2,length=4").floor().orElseThrow().nats(),
                1e-12);
        assertEquals(
                (Math.log(9) + 11 * Math.log(64)) / 31,
                source("repeats:shortest=8").floor().orElseThrow().nats(),
                1e-12);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "repeats:length=7",
                "repeats:vocabulary=65",
                "repeats:vocabulary=1",
                "repeats:shortest=17",
                "repeats:sequences",
                "repeats:seed=x",
                "repeats:lenght=8"
            })
    void wrongSettingsAreRefusedByName(String name) {
        String message = String.valueOf(
                assertThrows(CorpusException.class, () -> source(name)).getMessage());
        assertTrue(message.startsWith(name) && message.contains("expected"), message);
    }

    @Test
    void examplesThatWouldNotStayWholeAreRefused() {
        TextSource repeats = source("repeats:sequences=40");
        Tokenizer characters = CharTokenizer.learn(texts(repeats));
        Corpus corpus = Corpus.encode(repeats, characters);
        assertEquals(38 * 32, corpus.train().size(), "every twentieth is for validation");
        corpus.requireContext(repeats.name(), 31);
        assertThrows(CorpusException.class, () -> corpus.requireContext(repeats.name(), 30));
        BpeLearner learner = new BpeLearner();
        texts(repeats).forEach(learner::feed);
        Tokenizer pieces = learner.learn(300, List.of());
        String message = String.valueOf(assertThrows(CorpusException.class, () -> Corpus.encode(repeats, pieces))
                .getMessage());
        assertTrue(message.contains("kind char"), message);
        assertThrows(CorpusException.class, () -> TextSources.all(List.of(repeats, source("tales:stories=2"))));
    }
}
