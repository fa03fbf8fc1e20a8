package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Ids are those of Hugging Face's Rust library and of jtokkit. */
class ReferenceTest {
    private static final long SEED = 20_260_101;
    private static final int TEXTS = 6000;

    private static void agrees(BpeTokenizer ours, int texts) {
        String json = TokenizerJson.write(ours);
        Tokenizer again = TokenizerJson.parse(json, "written");
        assertEquals(json, TokenizerJson.write(again));
        Random random = new Random(SEED);
        try (RustTokenizer rust = new RustTokenizer(json)) {
            for (int i = 0; i < texts; i++) {
                String text = Samples.random(random);
                int number = i;
                int[] expected = rust.encode(text);
                assertArrayEquals(
                        expected,
                        ours.encodeWithSpecials(text),
                        () -> "seed " + SEED + ", text " + number + ": " + text);
                assertArrayEquals(
                        expected, again.encodeWithSpecials(text), () -> "read again, text " + number + ": " + text);
            }
            String play = Samples.shakespeare();
            assertArrayEquals(rust.encode(play), ours.encode(play));
            assertEquals(play, rust.decode(ours.encode(play)));
        }
    }

    /** Five ways to cut of 6,000 texts each. */
    @ParameterizedTest
    @EnumSource(PreTokenizer.class)
    void idsAreThoseOfTheReference(PreTokenizer cuts) {
        PreTokenizer learned = cuts == PreTokenizer.NONE ? PreTokenizer.GPT2 : cuts;
        BpeTokenizer t = Samples.learned(learned, 2000);
        agrees(Samples.with(t, new TextRules(cuts, t.rules().addedTokens())), TEXTS);
    }

    @Test
    void idsOfComposedTextAreThoseOfTheReference() {
        BpeTokenizer t = Samples.learned(PreTokenizer.QWEN2, 1500);
        agrees(
                Samples.with(
                        t,
                        new TextRules(
                                Normalization.NFC,
                                PreTokenizer.QWEN2,
                                t.rules().addedTokens(),
                                true,
                                List.of(),
                                List.of())),
                TEXTS);
    }

    @Test
    void withGpt2sVocabularyIdsAreThoseOfTwoReferences() {
        BpeTokenizer gpt2 = Tiktoken.load("r50k_base", PreTokenizer.GPT2);
        agrees(gpt2, 2000);
        Encoding jtokkit = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        Random random = new Random(SEED + 1);
        for (int i = 0; i < TEXTS; i++) {
            String text = Samples.random(random);
            int[] expected = jtokkit.encodeOrdinary(text).toArray();
            assertEquals(
                    Arrays.toString(expected), Arrays.toString(gpt2.encode(text)), () -> "seed " + SEED + ": " + text);
        }
    }

    @Test
    void withAHundredThousandTokensIdsAreThoseOfTheReference() {
        agrees(Tiktoken.load("cl100k_base", PreTokenizer.LLAMA3), 1000);
    }

    @Test
    void addedTokensAreFoundWhereTheReferenceFindsThem() {
        BpeTokenizer t = Samples.learned(PreTokenizer.GPT2, 600);
        int n = t.vocabularySize();
        List<AddedToken> added = List.of(
                AddedToken.special(0, BpeTokenizer.END_OF_TEXT),
                new AddedToken(n, "  ", false, false, false, true, false),
                new AddedToken(n + 1, "   ", false, false, false, true, false),
                new AddedToken(n + 2, "<|im_start|>", false, true, false, false, true),
                new AddedToken(n + 3, "CONST_9", true, false, false, false, false),
                new AddedToken(n + 4, "世", false, false, true, true, false),
                new AddedToken(n + 5, "@user", false, true, true, false, false));
        List<Integer> before = List.of(0, n + 2);
        TextRules rules = new TextRules(Normalization.NFC, PreTokenizer.GPT2, added, false, before, List.of(0));
        BpeTokenizer ours = Samples.with(t, rules);
        agrees(ours, TEXTS);
        try (RustTokenizer rust = new RustTokenizer(TokenizerJson.write(ours))) {
            assertArrayEquals(rust.encodeForModel("my CONST_9"), ours.encodeForModel("my CONST_9"));
        }
    }

    /** As RoBERTa's: a space comes before the text and behind every added token, unless one is there. */
    @ParameterizedTest
    @EnumSource(
            value = PreTokenizer.class,
            names = {"NONE", "GPT2"})
    void aSpaceComesBeforeTextWhereTheReferencePutsIt(PreTokenizer cuts) {
        BpeTokenizer t = Samples.learned(PreTokenizer.GPT2, 600);
        int n = t.vocabularySize();
        List<AddedToken> added = List.of(
                AddedToken.special(0, BpeTokenizer.END_OF_TEXT),
                new AddedToken(n, "世", false, false, true, true, false),
                new AddedToken(n + 1, "<|im_start|>", false, true, false, false, true));
        TextRules rules = new TextRules(Normalization.NFC, cuts, added, false, List.of(), List.of(), true);
        BpeTokenizer ours = Samples.with(t, rules);
        String json = TokenizerJson.write(ours);
        Tokenizer again = TokenizerJson.parse(json, "written");
        try (RustTokenizer rust = new RustTokenizer(json)) {
            for (int i = 0; i < TEXTS; i++) {
                String text = VariedTexts.text(SEED, i);
                String expected = Arrays.toString(rust.encode(text));
                assertEquals(expected, Arrays.toString(ours.encodeWithSpecials(text)), text);
                assertEquals(expected, Arrays.toString(again.encodeWithSpecials(text)), text);
            }
        }
    }

    /** Each spelling of a pattern is one that Rust's library cuts as the scanner does. */
    @ParameterizedTest
    @MethodSource("spellings")
    void everySpellingOfAPatternCutsAsTheReferenceDoes(String regex, PreTokenizer cuts) {
        String ours = TokenizerJson.write(Samples.learned(cuts, 600));
        String split = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
                + regex.replace("\\", "\\\\")
                + "\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\","
                + "\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}";
        int from = ours.indexOf("\"pre_tokenizer\":") + "\"pre_tokenizer\":".length();
        String json = ours.substring(0, from) + split + ours.substring(ours.indexOf(",\"post_processor\""));
        Tokenizer read = TokenizerJson.parse(json, "spelled");
        try (RustTokenizer rust = new RustTokenizer(json)) {
            for (int i = 0; i < TEXTS; i++) {
                String text = VariedTexts.text(SEED, i);
                assertEquals(Arrays.toString(rust.encode(text)), Arrays.toString(read.encodeWithSpecials(text)), text);
            }
        }
    }

    static List<Arguments> spellings() {
        return SplitPatterns.all().entrySet().stream()
                .map(e -> Arguments.of(e.getKey(), e.getValue()))
                .toList();
    }

    @Test
    void charactersAreThoseOfTheReference() {
        String play = Samples.shakespeare() + "é😀世\r";
        CharTokenizer ours = CharTokenizer.learn(List.of(play));
        String json = TokenizerJson.write(ours);
        Tokenizer again = TokenizerJson.parse(json, "written");
        try (RustTokenizer rust = new RustTokenizer(json)) {
            assertArrayEquals(rust.encode(play), ours.encode(play));
            assertArrayEquals(ours.encode(play), again.encode(play));
            assertEquals(play, rust.decode(ours.encode(play)));
        }
    }
}
