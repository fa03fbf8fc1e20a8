package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.SentencePieceSamples.Choice;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** SentencePiece-style BPE gives the ids of Hugging Face's Rust library, component by component. */
class SentencePieceTest {
    private static final long SEED = 20_261_124;
    /** Of each of eight files: 104,000 in all; 100,000 of each agree, too, in a minute. */
    private static final int TEXTS = 13_000;

    static final SentencePieceSamples WITH_BYTES = new SentencePieceSamples(true);
    static final SentencePieceSamples WITHOUT_BYTES = new SentencePieceSamples(false);

    private static final String LLAMA2 =
            "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"▁\"},"
                    + "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}]}";
    private static final String GEMMA = "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}";
    private static final String NFC = "{\"type\":\"NFC\"}";
    private static final String SPLIT = "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":"
            + "\"MergedWithPrevious\",\"invert\":false}";
    private static final String STRIPPED = "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":"
            + "{\"String\":\"▁\"},\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},"
            + "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}";
    private static final String PLAIN = STRIPPED.replaceAll(",\\{\"type\":\"Strip\".*?\\}", "");
    private static final String ADDED = added("<unk>", 0, "") + "," + added("<s>", 1, "") + "," + added("</s>", 2, "");
    private static final String BEGIN =
            "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\","
                    + "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\","
                    + "\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":{\"<s>\":{\"id\":\"<s>\","
                    + "\"ids\":[1],\"tokens\":[\"<s>\"]}}}";

    private static String added(String name, int id, String on) {
        StringBuilder flags = new StringBuilder();
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            flags.append(",\"").append(flag).append("\":").append(on.contains(flag));
        }
        return "{\"id\":" + id + ",\"content\":\"" + name + "\"" + flags + ",\"special\":" + !on.contains("plain")
                + "}";
    }

    private static String metaspace(String scheme, boolean split) {
        return "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"" + scheme + "\",\"split\":" + split
                + "}";
    }

    private static String flagged(int size) {
        return "[" + ADDED + ","
                + String.join(
                        ",",
                        added("<tag>", size, "plain lstrip"),
                        added("king", size + 1, "plain single_word"),
                        added("<|im_start|>", size + 2, "rstrip"),
                        added("snake_case", size + 3, "plain normalized"),
                        added("  ", size + 4, "plain"),
                        added("&amp;", size + 5, "plain normalized lstrip rstrip"))
                + "]";
    }

    static Choice llama2() {
        return new Choice(LLAMA2, "null", STRIPPED, true, true, false, "[" + ADDED + "]", BEGIN);
    }

    static List<Arguments> choices() {
        String plain = "[" + ADDED + "]";
        return List.of(
                of("Llama 2", llama2()),
                of("Mistral", new Choice("null", metaspace("first", false), STRIPPED, true, true, false, plain, BEGIN)),
                of("Gemma", new Choice(GEMMA, SPLIT, PLAIN, true, true, false, plain, BEGIN)),
                of(
                        "words cut, always",
                        new Choice("null", metaspace("always", true), PLAIN, true, false, true, plain, "null")),
                of("never", new Choice(NFC, metaspace("never", true), PLAIN, false, true, false, plain, "null")),
                of(
                        "unknown tokens one by one",
                        new Choice("null", metaspace("first", true), STRIPPED, false, false, true, plain, "null")),
                of(
                        "every flag of added tokens, Llama 2",
                        new Choice(LLAMA2, "null", STRIPPED, true, true, false, flagged(WITH_BYTES.size()), BEGIN)),
                of(
                        "every flag of added tokens, Mistral",
                        new Choice(
                                "null",
                                metaspace("first", false),
                                STRIPPED,
                                true,
                                true,
                                false,
                                flagged(WITH_BYTES.size()),
                                BEGIN)));
    }

    private static Arguments of(String name, Choice choice) {
        return Arguments.of(name, choice);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("choices")
    void idsAreThoseOfTheReference(String name, Choice choice) {
        String json = (choice.byteFallback() ? WITH_BYTES : WITHOUT_BYTES).json(choice);
        Tokenizer ours = TokenizerJson.parse(json, name);
        Tokenizer again = TokenizerJson.parse(TokenizerJson.write(ours), name + ", written");
        Random random = new Random(SEED);
        try (RustTokenizer rust = new RustTokenizer(json)) {
            for (int i = 0; i < TEXTS; i++) {
                String text = Samples.random(random);
                int number = i;
                int[] expected = rust.encode(text);
                assertArrayEquals(
                        expected,
                        ours.encodeWithSpecials(text),
                        () -> name + ", seed " + SEED + ", text " + number + ": <" + text + ">");
                if (i % 10 == 0) {
                    assertArrayEquals(expected, again.encodeWithSpecials(text), () -> name + ", written: " + text);
                    if (!text.contains("\uFFFD")) {
                        assertEquals(rust.decode(expected), ours.decode(expected), () -> name + ": <" + text + ">");
                    }
                }
            }
            String play = Samples.shakespeare();
            assertArrayEquals(rust.encode(play), ours.encode(play));
            assertArrayEquals(rust.encodeForModel("The king"), ours.encodeForModel("The king"));
        }
    }

    /** A million characters that never end a word take no more than a queue's n log n. */
    @ParameterizedTest
    @MethodSource("long_")
    void aMegabyteWithoutAWordIsTheReferencesAndNoTrap(String text) {
        String json = WITH_BYTES.json(llama2());
        Tokenizer ours = TokenizerJson.parse(json, "Llama 2");
        try (RustTokenizer rust = new RustTokenizer(json)) {
            assertArrayEquals(rust.encode(text), ours.encode(text));
        }
    }

    static List<String> long_() {
        return List.of(
                "a".repeat(1 << 20),
                " ".repeat(1 << 20),
                "▁".repeat(1 << 18),
                "the".repeat(1 << 18),
                "é😀".repeat(1 << 16),
                " a".repeat(1 << 19));
    }

    @Test
    void aCharacterOfSeveralTokensComesOutWhole() {
        String json = WITH_BYTES.json(llama2());
        Tokenizer ours = TokenizerJson.parse(json, "Llama 2");
        StreamingDecoder stream = new StreamingDecoder(ours);
        int[] ids = ours.encode("x😀y");
        StringBuilder out = new StringBuilder();
        for (int id : ids) {
            String piece = stream.feed(id);
            assertTrue(piece.indexOf('\uFFFD') < 0, piece);
            out.append(piece);
        }
        assertEquals(" x😀y", out.toString());
        assertEquals("x😀y", ours.decode(ids));
    }

    @Test
    void halfASurrogatePairIsASentence() {
        Tokenizer ours = TokenizerJson.parse(WITH_BYTES.json(llama2()), "");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ours.encode("a\uD83D"));
        assertTrue(String.valueOf(e.getMessage()).contains("half a surrogate pair (U+D83D)"), e.toString());
    }
}
