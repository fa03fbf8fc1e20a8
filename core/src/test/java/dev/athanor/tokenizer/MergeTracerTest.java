package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of the merges is what happened. */
class MergeTracerTest {
    private static final long SEED = 20_261_125;
    private static final int TEXTS = 500;

    private static void agrees(Tokenizer tokenizer) {
        Random random = new Random(SEED);
        for (int i = 0; i < TEXTS; i++) {
            String text = Samples.random(random);
            List<WordTrace> words = MergeTracer.trace(tokenizer, text);
            int number = i;
            assertArrayEquals(
                    tokenizer.encode(text),
                    words.stream()
                            .flatMap(w -> w.ids().stream())
                            .mapToInt(Integer::intValue)
                            .toArray(),
                    () -> "seed " + SEED + ", text " + number + ": " + text);
            for (WordTrace word : words) {
                for (int s = 1; s < word.steps().size(); s++) {
                    assertEquals(
                            word.steps().get(s - 1).parts().size() - 1,
                            word.steps().get(s).parts().size(),
                            "a merge makes one part of two: " + word);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = PreTokenizer.class,
            names = {"GPT2", "LLAMA3"})
    void theStepsOfBytesEndInTheIds(PreTokenizer cuts) {
        BpeTokenizer t = Samples.learned(cuts, 1200);
        agrees(Samples.with(
                t, new TextRules(Normalization.NFC, cuts, t.rules().addedTokens(), true, List.of(), List.of())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.athanor.tokenizer.SentencePieceTest#choices")
    void theStepsOfCharactersEndInTheIds(String name, SentencePieceSamples.Choice choice) {
        agrees(TokenizerJson.parse(
                (choice.byteFallback() ? SentencePieceTest.WITH_BYTES : SentencePieceTest.WITHOUT_BYTES).json(choice),
                name));
    }

    @Test
    void aWordTellsItsMergesInOrder() {
        BpeTokenizer t =
                new BpeTokenizer(bytes("ap", "ple", "pl"), merges(), new TextRules(PreTokenizer.GPT2, List.of()));
        WordTrace word = MergeTracer.trace(t, "apple").getFirst();
        assertEquals(
                List.of(
                        new WordTrace.Step(WordTrace.NO_MERGE, 0, List.of("a", "p", "p", "l", "e")),
                        new WordTrace.Step(0, 0, List.of("ap", "p", "l", "e")),
                        new WordTrace.Step(1, 1, List.of("ap", "pl", "e")),
                        new WordTrace.Step(2, 1, List.of("ap", "ple"))),
                word.steps());
        assertEquals(List.of(256, 257), word.ids());
    }

    private static List<byte[]> bytes(String... more) {
        List<byte[]> tokens = new java.util.ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        for (String token : more) {
            tokens.add(token.getBytes(StandardCharsets.UTF_8));
        }
        return tokens;
    }

    private static List<BpeTokenizer.Merge> merges() {
        return List.of(
                new BpeTokenizer.Merge('a', 'p', 256),
                new BpeTokenizer.Merge('p', 'l', 258),
                new BpeTokenizer.Merge(258, 'e', 257));
    }

    /** Whatever the bytes, people see no replacement character, and whole characters stay what they are. */
    @Test
    void noTokenShowsAReplacementCharacter() {
        Random random = new Random(SEED);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(8)];
            random.nextBytes(bytes);
            if (random.nextBoolean() && bytes.length > 3) {
                byte[] whole = "é€😀a".getBytes(StandardCharsets.UTF_8);
                System.arraycopy(whole, random.nextInt(whole.length - 3), bytes, 0, 3);
            }
            String shown = TokenText.of(bytes);
            assertTrue(shown.indexOf('\uFFFD') < 0, () -> "seed " + SEED + ": " + shown);
            String decoded = new String(bytes, StandardCharsets.UTF_8);
            assertEquals(decoded.indexOf('\uFFFD') < 0, TokenText.isWhole(bytes), decoded);
            if (TokenText.isWhole(bytes)) {
                assertEquals(decoded, shown);
            }
        }
        assertEquals("a⟨E2 82⟩b⟨FF⟩", TokenText.of(new byte[] {'a', (byte) 0xE2, (byte) 0x82, 'b', (byte) 0xFF}));
    }
}
