package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ids of 100,000 varied texts and of megabytes of one thing are those of jtokkit and of Hugging Face's Rust library,
 * for every family. Where the two would differ, because the JDK's Unicode and Rust's are not of one version, files of
 * Hugging Face's families follow Rust; {@link Normalization} has the only such table, and {@link UnicodeClassesTest}
 * says that no other is needed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MassComparisonTest {
    private static final long SEED = 60_217;
    private static final int TEXTS = 100_000;
    private static final int CUT_TEXTS = 20_000;

    /** A megabyte each; those of one thing meet Rust's library, the mixed ones jtokkit. */
    private static final String LETTERS = "a".repeat(1 << 20);

    private static final String SPACES = " ".repeat(1 << 20);
    private static final List<String> MIXES = List.of("\n  \r\n".repeat((1 << 20) / 5), "aB1".repeat((1 << 20) / 3));

    private final BpeTokenizer r50k = Tiktoken.load("r50k_base", PreTokenizer.GPT2);
    private final BpeTokenizer cl100k = Tiktoken.load("cl100k_base", PreTokenizer.LLAMA3);

    /** Texts in one job of the two threads. */
    private static final int BATCH = 500;

    /** A way to cut and the vocabulary that goes with it. */
    enum OpenAi {
        R50K(EncodingType.R50K_BASE, PreTokenizer.GPT2),
        CL100K(EncodingType.CL100K_BASE, PreTokenizer.LLAMA3),
        O200K(EncodingType.O200K_BASE, PreTokenizer.O200K);

        final EncodingType type;
        final PreTokenizer cuts;

        OpenAi(EncodingType type, PreTokenizer cuts) {
            this.type = type;
            this.cuts = cuts;
        }
    }

    private static void agree(Function<String, int[]> expected, Function<String, int[]> ours, List<String> megabytes) {
        megabytes.parallelStream()
                .forEach(text -> assertTrue(
                        Arrays.equals(expected.apply(text), ours.apply(text)),
                        () -> "a megabyte of " + escaped(text.substring(0, 5))));
        List<String> wrong = IntStream.range(0, TEXTS / BATCH)
                .parallel()
                .mapToObj(batch -> disagreements(batch * BATCH, expected, ours))
                .flatMap(List::stream)
                .collect(Collectors.toList());
        assertEquals(List.of(), wrong.stream().limit(5).toList(), wrong.size() + " texts of seed " + SEED);
    }

    private static List<String> disagreements(
            int from, Function<String, int[]> expected, Function<String, int[]> ours) {
        List<String> wrong = new ArrayList<>();
        for (int i = from; i < from + BATCH; i++) {
            String text = VariedTexts.text(SEED, i);
            int[] theirs = expected.apply(text);
            int[] found = ours.apply(text);
            if (!Arrays.equals(theirs, found)) {
                wrong.add("text " + i + " " + escaped(text) + ": expected " + Arrays.toString(theirs) + ", found "
                        + Arrays.toString(found));
            }
        }
        return wrong;
    }

    private static String escaped(String text) {
        return text.codePoints()
                .mapToObj(c -> c > 32 && c < 127 ? Character.toString(c) : "\\u{" + Integer.toHexString(c) + "}")
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @EnumSource
    void idsAreThoseOfJtokkit(OpenAi model) {
        Encoding jtokkit = Encodings.newDefaultEncodingRegistry().getEncoding(model.type);
        BpeTokenizer ours = switch (model) {
            case R50K -> r50k;
            case CL100K -> cl100k;
            case O200K -> Tiktoken.load(model.type.getName(), model.cuts);
        };
        agree(text -> jtokkit.encodeOrdinary(text).toArray(), ours::encode, MIXES);
        List<String> disputed = UnicodeClassesTest.codePoints().parallelStream()
                .filter(c -> {
                    String text = UnicodeClassesTest.context(List.of(c));
                    return !Arrays.equals(jtokkit.encodeOrdinary(text).toArray(), ours.encode(text));
                })
                .map(Integer::toHexString)
                .toList();
        assertEquals(List.of(), disputed);
    }

    /** A family's file, read again from its text, against Rust reading the same text. */
    private static void agreesWithRust(BpeTokenizer vocabulary, TextRules rules, String megabyte) {
        String json = TokenizerJson.write(Samples.with(vocabulary, rules));
        Tokenizer ours = TokenizerJson.parse(json, "written");
        try (RustTokenizer rust = new RustTokenizer(json)) {
            agree(rust::encode, ours::encodeWithSpecials, List.of(megabyte));
            String text = VariedTexts.text(SEED, 1);
            assertEquals(Arrays.toString(rust.encodeForModel(text)), Arrays.toString(ours.encodeForModel(text)));
        }
    }

    /**
     * With a vocabulary in which any two bytes merge, a cut too many or too few nearly always shows; in one learned
     * from text it hides where no merge would have crossed it.
     */
    @ParameterizedTest
    @EnumSource
    void cutsAreThoseOfRust(PreTokenizer cuts) {
        List<byte[]> tokens = new ArrayList<>();
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        for (int pair = 0; pair < 256 * 256; pair++) {
            int shuffled = pair * 40503 & 0xFFFF; // an odd factor: every pair once
            merges.add(new BpeTokenizer.Merge(shuffled >> 8, shuffled & 0xFF, tokens.size()));
            tokens.add(new byte[] {(byte) (shuffled >> 8), (byte) shuffled});
        }
        BpeTokenizer ours = new BpeTokenizer(tokens, merges, new TextRules(cuts, List.of()));
        try (RustTokenizer rust = new RustTokenizer(TokenizerJson.write(ours))) {
            List<String> wrong = IntStream.range(0, CUT_TEXTS / BATCH)
                    .parallel()
                    .mapToObj(batch -> disagreements(batch * BATCH, rust::encode, ours::encode))
                    .flatMap(List::stream)
                    .toList();
            assertEquals(List.of(), wrong.stream().limit(5).toList(), wrong.size() + " texts of seed " + SEED);
        }
    }

    @Test
    void idsOfGpt2sFileAreThoseOfRust() {
        int n = r50k.vocabularySize();
        agreesWithRust(
                r50k, new TextRules(PreTokenizer.GPT2, List.of(AddedToken.special(n, "<|endoftext|>"))), LETTERS);
    }

    @Test
    void idsOfNeoxsFileAreThoseOfRust() {
        int n = r50k.vocabularySize();
        List<AddedToken> added = new ArrayList<>();
        added.add(AddedToken.special(n, "<|endoftext|>"));
        for (int spaces = 24; spaces >= 2; spaces--) {
            added.add(new AddedToken(n + added.size(), " ".repeat(spaces), false, false, false, true, false));
        }
        agreesWithRust(
                r50k, new TextRules(Normalization.NFC, PreTokenizer.GPT2, added, false, List.of(), List.of()), SPACES);
    }

    @Test
    void idsOfSmolLmsFileAreThoseOfRust() {
        int n = r50k.vocabularySize();
        agreesWithRust(
                r50k,
                new TextRules(
                        PreTokenizer.DIGITS_GPT2,
                        List.of(AddedToken.special(n, "<|endoftext|>"), AddedToken.special(n + 1, "<|im_start|>"))),
                LETTERS);
    }

    @Test
    void idsOfLlama3sFileAreThoseOfRust() {
        int n = cl100k.vocabularySize();
        agreesWithRust(
                cl100k,
                new TextRules(
                        Normalization.NONE,
                        PreTokenizer.LLAMA3,
                        List.of(AddedToken.special(n, "<|begin_of_text|>"), AddedToken.special(n + 1, "<|eot_id|>")),
                        true,
                        List.of(n),
                        List.of()),
                LETTERS);
    }

    @Test
    void idsOfQwensFileAreThoseOfRust() {
        int n = cl100k.vocabularySize();
        List<AddedToken> added = List.of(
                AddedToken.special(n, "<|endoftext|>"),
                AddedToken.special(n + 1, "<|im_start|>"),
                AddedToken.special(n + 2, "<|im_end|>"),
                new AddedToken(n + 3, "<think>", false, false, false, false, false),
                new AddedToken(n + 4, "</think>", false, false, false, false, false));
        agreesWithRust(
                cl100k,
                new TextRules(Normalization.NFC, PreTokenizer.QWEN2, added, false, List.of(), List.of()),
                SPACES);
    }
}
