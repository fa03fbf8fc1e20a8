package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Vocabularies in GGUF's form give the ids they gave before. */
class GgufVocabularyTest {
    private static final long SEED = 20_261_126;

    private static void sameIds(Tokenizer before, Tokenizer after) {
        Random random = new Random(SEED);
        for (int i = 0; i < 5000; i++) {
            String text = Samples.random(random);
            int number = i;
            assertArrayEquals(
                    before.encodeForModel(text),
                    after.encodeForModel(text),
                    () -> "seed " + SEED + ", text " + number + ": " + text);
            if (i % 10 == 0) {
                int[] ids = before.encodeWithSpecials(text);
                assertArrayEquals(ids, after.encodeWithSpecials(text));
                assertEquals(before.decode(ids), after.decode(ids));
            }
        }
    }

    private static TextRules rules(Normalization n, PreTokenizer cuts, boolean whole, BpeTokenizer t) {
        return new TextRules(n, cuts, t.rules().addedTokens(), whole, List.of(t.endOfText()), List.of());
    }

    static List<Arguments> families() {
        BpeTokenizer gpt2 = Samples.learned(PreTokenizer.GPT2, 1200);
        return List.of(
                Arguments.of("gpt-2", rules(Normalization.NONE, PreTokenizer.GPT2, false, gpt2)),
                Arguments.of("olmo", rules(Normalization.NFC, PreTokenizer.GPT2, false, gpt2)),
                Arguments.of("smollm", rules(Normalization.NONE, PreTokenizer.DIGITS_GPT2, false, gpt2)),
                Arguments.of("llama-bpe", rules(Normalization.NONE, PreTokenizer.LLAMA3, true, gpt2)),
                Arguments.of("qwen2", rules(Normalization.NFC, PreTokenizer.QWEN2, false, gpt2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void byteLevelVocabulariesKeepTheirIds(String pre, TextRules rules) {
        BpeTokenizer t = Samples.with(Samples.learned(PreTokenizer.GPT2, 1200), rules);
        GgufVocabulary v = Tokenizers.toGguf(t);
        assertEquals(pre, v.pre());
        sameIds(t, Tokenizers.fromGguf(v.padded(1300)));
        assertEquals(TokenizerJson.write(t), TokenizerJson.write(Tokenizers.fromGguf(v)));
    }

    /** SentencePiece merges by the scores of tokens, tokenizer.json by the order of merges: the same, if done right. */
    @Test
    void scoresMergeAsTheListOfMergesDid() {
        String json = SentencePieceTest.WITH_BYTES.json(SentencePieceTest.llama2());
        Tokenizer t = TokenizerJson.parse(json, "Llama 2");
        GgufVocabulary v = Tokenizers.toGguf(t);
        assertEquals(GgufVocabulary.UNKNOWN, v.types().get(0));
        assertEquals(GgufVocabulary.CONTROL, v.types().get(1));
        assertEquals(GgufVocabulary.BYTE, v.types().get(3));
        assertEquals(OptionalInt.of(1), v.bos());
        assertTrue(v.addBos() && v.addSpacePrefix());
        sameIds(t, Tokenizers.fromGguf(v.padded(v.tokens().size() + 7)));
    }

    /** Tokens of one score: llama.cpp merges the leftmost pair first, whichever token has the smaller id. */
    @Test
    void equalScoresMergeFromTheLeft() {
        List<String> tokens = List.of("a", "b", "c", "bc", "ab", "cc");
        GgufVocabulary v = new GgufVocabulary(
                "llama",
                "default",
                tokens,
                List.of(0f, 0f, 0f, 1f, 1f, 1f),
                List.of(),
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                false,
                false);
        Tokenizer t = Tokenizers.fromGguf(v);
        assertArrayEquals(new int[] {4, 2}, t.encode("abc"));
        assertArrayEquals(new int[] {4, 5}, t.encode("abcc"));
        String many = "abc".repeat(100);
        int[] expected = new int[200];
        for (int i = 0; i < 200; i++) {
            expected[i] = i % 2 == 0 ? 4 : 2;
        }
        assertArrayEquals(expected, t.encode(many));
    }

    @Test
    void charactersKeepTheirIds() {
        CharTokenizer t = CharTokenizer.learn(List.of(Samples.shakespeare()));
        Tokenizer again = Tokenizers.fromGguf(Tokenizers.toGguf(t));
        String text = Samples.shakespeare().substring(0, 20_000);
        assertArrayEquals(t.encode(text), again.encode(text));
        assertEquals(text, again.decode(again.encode(text)));
    }

    private static GgufVocabulary small(String model, String pre, List<String> merges, List<Integer> types) {
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(ByteAlphabet.encode(new byte[] {(byte) b}));
        }
        tokens.add("ab");
        return new GgufVocabulary(
                model,
                pre,
                tokens,
                List.of(),
                types,
                merges,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                false,
                false);
    }

    private static void refused(String expected, Runnable work) {
        TokenizerFormatException e = assertThrows(TokenizerFormatException.class, work::run);
        assertTrue(String.valueOf(e.getMessage()).contains(expected), e.toString());
    }

    @Test
    void whatIsNotUnderstoodIsRefusedByName() {
        assertArrayEquals(
                new int[] {256},
                Tokenizers.fromGguf(small("gpt2", "gpt-2", List.of("a b"), List.of()))
                        .encode("ab"));
        refused("found \"bert\"", () -> Tokenizers.fromGguf(small("bert", "gpt-2", List.of(), List.of())));
        refused("found \"tekken\"", () -> Tokenizers.fromGguf(small("gpt2", "tekken", List.of(), List.of())));
        refused("found \"\"", () -> Tokenizers.fromGguf(small("gpt2", "", List.of(), List.of())));
        refused("found \"ab\" as merge 0", () -> Tokenizers.fromGguf(small("gpt2", "gpt-2", List.of("ab"), List.of())));
        refused(
                "found \"a c\" as merge 0",
                () -> Tokenizers.fromGguf(small("gpt2", "gpt-2", List.of("a c"), List.of())));
        refused("expected one for each of 257 tokens, found 1", () -> small("gpt2", "gpt-2", List.of(), List.of(1)));
        refused("expected 1 to 6, found 9", () -> small("gpt2", "gpt-2", List.of(), Collections.nCopies(257, 9)));
        refused(
                "expected one for each token, found none",
                () -> Tokenizers.fromGguf(small("llama", "default", List.of(), List.of())));
    }

    /** Vocabularies with anything in them are read or refused; what is read cuts text into ids of its own. */
    @Test
    void mutatedVocabulariesAreReadOrRefused() {
        GgufVocabulary bytes = Tokenizers.toGguf(Samples.learned(PreTokenizer.GPT2, 400));
        GgufVocabulary pieces = Tokenizers.toGguf(
                TokenizerJson.parse(SentencePieceTest.WITH_BYTES.json(SentencePieceTest.llama2()), "Llama 2"));
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            int number = i;
            try {
                Tokenizer t = Tokenizers.fromGguf(mutate(i % 2 == 0 ? bytes : pieces, random));
                String text = Samples.random(random);
                for (int id : t.encodeWithSpecials(text)) {
                    assertTrue(id >= 0 && id < t.vocabularySize(), () -> "seed " + SEED + ", round " + number);
                }
            } catch (TokenizerFormatException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.toString());
                refused++;
            } catch (IllegalArgumentException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith("text: expected"), e.toString());
            }
        }
        assertTrue(refused > 60 && refused < 540, "refused " + refused);
    }

    private static GgufVocabulary mutate(GgufVocabulary v, Random random) {
        List<String> tokens = new ArrayList<>(v.tokens());
        List<Float> scores = new ArrayList<>(v.scores());
        List<Integer> types = new ArrayList<>(v.types());
        List<String> merges = new ArrayList<>(v.merges());
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(tokens.size());
            switch (random.nextInt(8)) {
                case 0 -> tokens.set(at, tokens.get(random.nextInt(tokens.size())));
                case 1 -> tokens.set(at, Samples.random(random));
                case 2 -> types.set(at, random.nextInt(8));
                case 3 -> Collections.swap(tokens, at, random.nextInt(tokens.size()));
                case 4 -> {
                    if (!scores.isEmpty()) {
                        scores.set(at, Float.intBitsToFloat(random.nextInt()));
                    }
                }
                case 5 -> {
                    if (!merges.isEmpty()) {
                        merges.set(random.nextInt(merges.size()), tokens.get(at) + " " + tokens.get(0));
                    }
                }
                case 6 -> tokens.set(at, "a".repeat(random.nextInt(3000)));
                default -> types.subList(0, random.nextInt(2)).clear();
            }
        }
        return new GgufVocabulary(
                v.model(),
                v.pre(),
                tokens,
                scores,
                types,
                merges,
                OptionalInt.of(random.nextInt(tokens.size() + 20)),
                v.eos(),
                v.unknown(),
                random.nextBoolean(),
                v.addEos(),
                v.addSpacePrefix());
    }
}
