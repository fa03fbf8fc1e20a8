package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files made to mislead the reader of tokenizer.json: each is refused with the sentence that says why. */
class HostileTokenizerTest {
    /** A refusal may cost this much beside the file itself; of a file, its text is three times in memory at once. */
    private static final long MOST_BYTES = 64L << 20;

    static final String PRE_TOKENIZER =
            "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";

    private static final String GOOD = good();

    @TempDir
    Path directory;

    /** One file and what its refusal must say. */
    record Case(String name, byte[] file, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** 256 bytes, one merge, one special token. */
    static String good() {
        List<byte[]> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        tokens.add("th".getBytes(StandardCharsets.UTF_8));
        tokens.add("<|endoftext|>".getBytes(StandardCharsets.UTF_8));
        return TokenizerJson.write(new BpeTokenizer(
                tokens,
                List.of(new BpeTokenizer.Merge('t', 'h', 256)),
                new TextRules(PreTokenizer.GPT2, List.of(AddedToken.special(257, "<|endoftext|>")))));
    }

    private static void add(List<Case> cases, String name, String file, String expected) {
        cases.add(new Case(name, file.getBytes(StandardCharsets.UTF_8), expected));
    }

    /** The good file with one part of its text replaced. */
    static String with(String part, String other) {
        assertTrue(GOOD.contains(part), part);
        return GOOD.replace(part, other);
    }

    static String normalizer(String json) {
        return with("\"normalizer\":null", "\"normalizer\":" + json);
    }

    static String preTokenizer(String json) {
        return with("\"pre_tokenizer\":" + PRE_TOKENIZER, "\"pre_tokenizer\":" + json);
    }

    static String steps(String... steps) {
        return preTokenizer("{\"type\":\"Sequence\",\"pretokenizers\":[" + String.join(",", steps) + "]}");
    }

    static String postProcessor(String json) {
        return with("\"post_processor\":null", "\"post_processor\":" + json);
    }

    private static String template(String single, String special) {
        return postProcessor("{\"type\":\"TemplateProcessing\",\"single\":" + single
                + ",\"pair\":[],\"special_tokens\":" + special + "}");
    }

    private static String vocabulary(String entry) {
        return with("\"vocab\":{", "\"vocab\":{" + entry + ",");
    }

    private static String merges(String json) {
        return with("\"merges\":[[\"t\",\"h\"]]", "\"merges\":" + json);
    }

    static String model(String json) {
        return GOOD.substring(0, GOOD.indexOf("\"model\":")) + "\"model\":" + json + "}";
    }

    private static String added(String token) {
        return with("\"added_tokens\":[", "\"added_tokens\":[" + token + ",");
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        texts(cases);
        shapes(cases);
        vocabularies(cases);
        mergeLists(cases);
        addedTokens(cases);
        components(cases);
        templates(cases);
        sizes(cases);
        return cases;
    }

    private static void texts(List<Case> c) {
        add(c, "nothing", "", "expected a JSON object, found nothing");
        add(c, "a space", " ", "expected a JSON object, found nothing");
        add(c, "no JSON", "hello", "expected JSON of a tokenizer, found at line 1");
        add(c, "a list", "[]", "expected a JSON object, found a list");
        add(c, "a string", "\"BPE\"", "expected a JSON object, found a string");
        add(c, "null", "null", "expected a JSON object, found null");
        add(c, "zeros", "\0".repeat(1000), "expected JSON of a tokenizer");
        add(c, "a zero in a name", with("truncation", "trunc\0ation"), "expected JSON of a tokenizer");
        add(c, "zeros behind", GOOD + "\0\0", "expected JSON of a tokenizer");
        add(c, "a second object", GOOD + GOOD, "expected nothing after the tokenizer");
        add(c, "a comma too many", with("\"decoder\"", ",\"decoder\""), "expected JSON of a tokenizer");
        add(c, "a comment", "/**/" + GOOD, "expected JSON of a tokenizer");
        add(c, "single quotes", GOOD.replace('"', '\''), "expected JSON of a tokenizer");
        add(c, "a byte order mark", "\uFEFF" + GOOD, "expected JSON of a tokenizer");
        for (String name : List.of("UTF-16", "UTF-16LE", "UTF-32")) {
            c.add(new Case(name, GOOD.getBytes(Charset.forName(name)), "expected"));
        }
        byte[] broken = GOOD.getBytes(StandardCharsets.UTF_8);
        broken[broken.length / 2] = (byte) 0xFF;
        c.add(new Case("a byte that UTF-8 never has", broken, "expected UTF-8, found bytes that are not"));
        byte[] gguf = Arrays.copyOf("GGUF\3".getBytes(StandardCharsets.UTF_8), 4096);
        c.add(new Case("a GGUF file", gguf, "expected JSON of a tokenizer"));
        add(c, "a name on two lines", "{\"a\\nb\\u0007\":1}", "expected the parts of a tokenizer, found \"a\\u000ab");
    }

    private static void shapes(List<Case> c) {
        add(c, "no parts", "{}", "expected");
        add(c, "an unknown part", with("\"version\"", "\"versions\""), "expected the parts of a tokenizer");
        add(c, "a part twice", with("\"normalizer\":null", "\"normalizer\":null,\"normalizer\":null"), "normalizer");
        add(c, "the model twice", GOOD.substring(0, GOOD.length() - 1) + ",\"model\":{}}", "model");
        add(
                c,
                "truncation",
                with("\"truncation\":null", "\"truncation\":{\"max_length\":5}"),
                "truncation: expected null");
        add(c, "padding", with("\"padding\":null", "\"padding\":true"), "padding: expected null");
        add(c, "the model a number", model("5"), "model: expected an object, found a number");
        add(c, "the model null", model("null"), "model: expected an object, found null");
        add(c, "an empty model", model("{}"), "model.vocab: expected each of the ids 0 to 0 once, found 257");
        add(c, "an unknown field", with("\"fuse_unk\"", "\"fuse_unc\""), "model: expected no field \"fuse_unc\"");
        add(c, "a flag as text", with("\"ignore_merges\":false", "\"ignore_merges\":\"no\""), "model.ignore_merges");
        add(c, "dropout", with("\"dropout\":null", "\"dropout\":0.1"), "model.dropout");
        add(c, "dropout as text", with("\"dropout\":null", "\"dropout\":\"0\\n\""), "model.dropout");
        add(
                c,
                "a prefix of subwords",
                with("\"continuing_subword_prefix\":null", "\"continuing_subword_prefix\":\"##\""),
                "model.continuing_subword_prefix");
        add(
                c,
                "a suffix of words",
                with("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\""),
                "model.end_of_word_suffix");
        add(
                c,
                "byte fallback without its tokens",
                with("\"byte_fallback\":false", "\"byte_fallback\":true"),
                "byte_fallback");
    }

    private static void vocabularies(List<Case> c) {
        add(
                c,
                "a vocabulary as a list",
                with("\"vocab\":{", "\"vocab\":[],\"x\":{"),
                "model.vocab: expected an object");
        add(c, "a token twice", vocabulary("\"a\":258"), "\"a\"");
        add(
                c,
                "an id twice",
                vocabulary("\"zz\":97"),
                "model.vocab: expected each of the ids 0 to 258 once, found 97 again");
        add(c, "a gap", vocabulary("\"zz\":259"), "model.vocab: expected each of the ids 0 to 258 once, found 259");
        add(c, "a negative id", vocabulary("\"zz\":-1"), "model.vocab: expected an id for \"zz\", found \"-1\"");
        add(c, "the most negative id", vocabulary("\"zz\":-2147483648"), "model.vocab: expected an id for \"zz\"");
        add(c, "a half id", vocabulary("\"zz\":1.5"), "model.vocab: expected an id for \"zz\", found \"1.5\"");
        add(c, "an id as text", vocabulary("\"zz\":\"5\""), "model.vocab: expected an id for \"zz\"");
        add(c, "an id null", vocabulary("\"zz\":null"), "model.vocab: expected an id for \"zz\"");
        add(c, "an id that is a list", vocabulary("\"zz\":[5]"), "model.vocab: expected an id for \"zz\"");
        add(c, "an id of 2^31", vocabulary("\"zz\":2147483648"), "model.vocab: expected an id for \"zz\"");
        add(c, "an id of 2^64", vocabulary("\"zz\":18446744073709551616"), "model.vocab: expected an id for \"zz\"");
        add(c, "an id of 100,000 digits", vocabulary("\"zz\":" + "9".repeat(100_000)), "expected");
        add(c, "an id that is no number", vocabulary("\"zz\":NaN"), "expected JSON of a tokenizer");
        add(c, "an infinite id", vocabulary("\"zz\":1e999"), "model.vocab: expected an id for \"zz\"");
        add(
                c,
                "half a character",
                vocabulary("\"\\ud800\":258"),
                "token \"\\ud800\": expected characters of the byte alphabet");
        add(c, "a space in a token", vocabulary("\"a b\":258"), "expected characters of the byte alphabet, found U+20");
        add(c, "no token for a byte", with("\"!\":33", "\"!!\":33"), "found none for byte 33");
        add(c, "two spellings of one token", with("\"<|endoftext|>\":257", "\"a\":257"), "a");
    }

    private static void mergeLists(List<Case> c) {
        add(c, "merges as an object", merges("{}"), "model.merges: expected a list of pairs");
        add(c, "merges null", merges("null"), "model.merges: expected a list of pairs");
        add(c, "one part", merges("[[\"t\"]]"), "model.merges: expected two tokens in merge 0");
        add(c, "three parts", merges("[[\"t\",\"h\",\"e\"]]"), "model.merges: expected two tokens in merge 0");
        add(c, "no parts", merges("[[]]"), "model.merges: expected two tokens in merge 0");
        add(c, "parts that are numbers", merges("[[1,2]]"), "model.merges: expected two tokens in merge 0");
        add(c, "a merge that is a number", merges("[5]"), "model.merges: expected two tokens in merge 0");
        add(c, "a merge that is null", merges("[null]"), "model.merges: expected two tokens in merge 0");
        add(c, "two spaces", merges("[\"t  h\"]"), "model.merges: expected two tokens in merge 0");
        add(c, "no space", merges("[\"th\"]"), "model.merges: expected two tokens in merge 0");
        add(c, "an unknown part", merges("[[\"t\",\"Ж\"]]"), "result of merge 0 in the vocabulary, found no \"Ж\"");
        add(c, "a result that is no token", merges("[[\"h\",\"t\"]]"), "found no \"ht\"");
        add(c, "an empty part", merges("[[\"\",\"th\"]]"), "found no \"\"");
        add(c, "a merge twice", merges("[[\"t\",\"h\"],[\"t\",\"h\"]]"), "merge 1: expected every pair once");
        add(c, "a merge of lists", merges("[[[\"t\"],[\"h\"]]]"), "model.merges: expected two tokens in merge 0");
    }

    private static void addedTokens(List<Case> c) {
        add(c, "added tokens as an object", with("\"added_tokens\":[", "\"added_tokens\":{},\"padding\":["), "padding");
        add(c, "an added token as text", added("\"x\""), "added_tokens: expected an object, found \"x\"");
        add(c, "an added token without an id", added("{\"content\":\"x\"}"), "added_tokens.id: expected an integer");
        add(c, "an added token of a negative id", added("{\"id\":-1,\"content\":\"x\"}"), "added_tokens.id");
        add(c, "an added token of a large id", added("{\"id\":9999999999,\"content\":\"x\"}"), "added_tokens.id");
        add(c, "an added token without content", added("{\"id\":258}"), "added_tokens.content: expected a string");
        add(c, "empty content", added("{\"id\":258,\"content\":\"\"}"), "added token 258: expected a name, found none");
        add(c, "content of half a character", added("{\"id\":258,\"content\":\"\\udc00\"}"), "half a surrogate pair");
        add(c, "an id that another has", added("{\"id\":97,\"content\":\"x y\"}"), "found 97 again");
        add(
                c,
                "another id than in the vocabulary",
                added("{\"id\":258,\"content\":\"a\"}"),
                "expected its id 97 of the vocabulary, found 258");
        add(
                c,
                "an id beyond a gap",
                added("{\"id\":300,\"content\":\"x y\"}"),
                "expected each of the ids 0 to 258 once, found 300");
        add(
                c,
                "an added token twice",
                added("{\"id\":257,\"content\":\"<|endoftext|>\"}"),
                "expected once, found twice");
        add(c, "an unknown condition", added("{\"id\":258,\"content\":\"x\",\"middle\":true}"), "middle");
        add(c, "a flag that is a number", added("{\"id\":258,\"content\":\"x\",\"lstrip\":1}"), "added_tokens.lstrip");
        add(
                c,
                "content of 10,000 characters",
                added("{\"id\":258,\"content\":\"" + "x".repeat(10_000) + "\"}"),
                "added token 258: expected at most 512 characters, found 10000");
    }

    private static void components(List<Case> c) {
        add(c, "a normalizer that is a list", normalizer("[]"), "normalizer: expected an object");
        add(c, "a normalizer without a type", normalizer("{}"), "normalizer.type: expected a string, found null");
        add(c, "NFC with a field", normalizer("{\"type\":\"NFC\",\"x\":1}"), "normalizer: expected no field \"x\"");
        add(c, "no pre-tokenizer", preTokenizer("null"), "pre_tokenizer: expected ByteLevel, found none");
        add(c, "an empty sequence", steps(), "pre_tokenizer: expected at least one step");
        add(
                c,
                "sequences in sequences",
                steps("{\"type\":\"Sequence\",\"pretokenizers\":[]}", PRE_TOKENIZER),
                "Sequence");
        add(
                c,
                "a hostile expression",
                steps(split("\"Regex\":\"(a+)+$\"", "Isolated"), cutless()),
                "found \"(a+)+$\"; Athanor runs no other regular expressions");
        add(
                c,
                "an expression of another kind",
                steps(split("\"String\":\" \"", "Isolated"), cutless()),
                "pattern.Regex");
        add(
                c,
                "another behaviour",
                steps(split("\"Regex\":\"\\\\s\"", "Removed"), cutless()),
                "behavior: expected \"Isolated\"");
        add(
                c,
                "a space before every piece",
                steps(
                        "{\"type\":\"Digits\",\"individual_digits\":true}",
                        PRE_TOKENIZER.replace("\"add_prefix_space\":false", "\"add_prefix_space\":true")),
                "pre_tokenizer.add_prefix_space: expected false");
        add(
                c,
                "no decoder",
                with("\"decoder\":" + PRE_TOKENIZER, "\"decoder\":null"),
                "decoder: expected ByteLevel, found none");
    }

    private static String split(String pattern, String behaviour) {
        return "{\"type\":\"Split\",\"pattern\":{" + pattern + "},\"behavior\":\"" + behaviour + "\",\"invert\":false}";
    }

    private static String cutless() {
        return PRE_TOKENIZER.replace("\"use_regex\":true", "\"use_regex\":false");
    }

    private static void templates(List<Case> c) {
        String text = "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}";
        String start = "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}}";
        add(
                c,
                "a template of an unknown token",
                template("[" + start + "," + text + "]", "{}"),
                "post_processor.special_tokens.<s>: expected an object, found null");
        add(
                c,
                "a template of an unknown id",
                template(
                        "[" + start + "," + text + "]",
                        "{\"<s>\":{\"id\":\"<s>\",\"ids\":[258],\"tokens\":[\"<s>\"]}}"),
                "expected an id between 0 and 257, found 258");
        add(
                c,
                "a template of a negative id",
                template(
                        "[" + start + "," + text + "]", "{\"<s>\":{\"id\":\"<s>\",\"ids\":[-1],\"tokens\":[\"<s>\"]}}"),
                "expected ids of \"<s>\", found -1");
        add(c, "a template without the text", template("[]", "{}"), "post_processor.single: expected the text in it");
        add(c, "a template with the text twice", template("[" + text + "," + text + "]", "{}"), "found it twice");
        add(
                c,
                "a template with a second text",
                template("[" + text.replace("A", "B") + "]", "{}"),
                "post_processor.single.Sequence.id");
        add(c, "a text that is a number", template("[{\"Sequence\":5}]", "{}"), "post_processor.single.Sequence");
        add(
                c,
                "a template of strings",
                template("[\"$A\"]", "{}"),
                "post_processor.single: expected objects, found \"$A\"");
        add(c, "a template without its list", template("null", "{}"), "post_processor.single: expected a list");
    }

    private static void sizes(List<Case> c) {
        add(c, "a million lists", normalizer("[".repeat(1_000_000)), "expected JSON of a tokenizer");
        add(c, "a million objects", normalizer("{\"a\":".repeat(1_000_000)), "expected JSON of a tokenizer");
        add(c, "a million lists in the merges", merges("[".repeat(1_000_000)), "expected JSON of a tokenizer");
        add(
                c,
                "a string of ten million characters",
                normalizer("\"" + "x".repeat(10_000_000) + "\""),
                "expected JSON of a tokenizer, found at a limit");
        add(
                c,
                "a name of ten million characters",
                "{\"" + "x".repeat(10_000_000) + "\":1}",
                "expected JSON of a tokenizer, found at a limit");
        add(c, "a million values", normalizer("[" + "1,".repeat(1_000_000) + "1]"), "expected at most");
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("tokenizer.json"), bytes);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itIsRefusedWithASentence(Case hostile) throws IOException {
        Path file = write(hostile.file);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        TokenizerFormatException e = assertThrows(TokenizerFormatException.class, () -> TokenizerJson.load(file));
        long cost = threads.getCurrentThreadAllocatedBytes() - before;
        assertSentence(e, "tokenizer.json: ", "expected", hostile.expected);
        long most = MOST_BYTES + 3L * hostile.file.length;
        assertTrue(cost < most, () -> "expected at most " + most + " bytes allocated, found " + cost);
    }

    /** The message is one line, of readable length, and contains every fragment. */
    static void assertSentence(Throwable e, String... fragments) {
        String message = String.valueOf(e.getMessage());
        assertFalse(message.chars().anyMatch(Character::isISOControl), message);
        assertTrue(message.length() < 1200, () -> message.length() + " characters: " + message);
        for (String fragment : fragments) {
            assertTrue(message.contains(fragment), () -> "expected \"" + fragment + "\", found: " + message);
        }
    }

    @Test
    void aFileCutShortAnywhereIsRefused() throws IOException {
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 50; i++) {
            Path file = write(Arrays.copyOf(good, good.length * i / 50));
            assertSentence(assertThrows(TokenizerFormatException.class, () -> TokenizerJson.load(file)), "expected");
        }
        TokenizerJson.load(write(good));
    }

    /**
     * Each merge doubles: the longest token has 32,768 letters, and the last merge finds its way back to itself never.
     */
    @Test
    void enormousTokensAreReadInTimeProportionalToThem() {
        StringBuilder tokens = new StringBuilder();
        StringBuilder merges = new StringBuilder("[[\"t\",\"h\"]");
        int id = 258;
        for (int length = 1; length < 1 << 15; length *= 2) {
            String half = "q".repeat(length);
            tokens.append("\"")
                    .append(half)
                    .append(half)
                    .append("\":")
                    .append(id++)
                    .append(",");
            merges.append(",[\"").append(half).append("\",\"").append(half).append("\"]");
        }
        String json = merges(merges + "]").replace("\"vocab\":{", "\"vocab\":{" + tokens);
        Tokenizer t = TokenizerJson.parse(json, "tokenizer.json");
        long start = System.nanoTime();
        int[] ids = t.encode("q".repeat(1 << 20));
        long taken = System.nanoTime() - start;
        assertTrue(ids.length == 32 && ids[0] == id - 1, ids.length + " ids, the first " + ids[0]);
        assertTrue(taken < 20_000_000_000L, taken + " ns"); // n log n takes 0.3 s, n squared hours
    }
}
