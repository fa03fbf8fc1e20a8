package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.PreTokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tokenize} needs nothing but a tokenizer, and shows every byte of a text as part of something. */
class TokenizeCommandTest {
    @TempDir
    private static Path directory;

    private static String model = "";

    @BeforeAll
    static void learn() throws IOException {
        BpeLearner learner = new BpeLearner(PreTokenizer.GPT2);
        learner.feed("apple apple apple apply apply ape ape ape");
        Path file = Files.writeString(
                directory.resolve("tokenizer.json"),
                TokenizerJson.write(learner.learn(256 + 1 + 4, List.of("<|endoftext|>"))));
        model = file.toString();
    }

    @Test
    void jsonHasTheFixedForm() {
        Outcome out = Outcome.of("tokenize", "--model", model, "--text", "apple €", "--json");
        assertEquals(0, out.code(), out.err());
        assertEquals(out.json().path("ids").size(), out.json().path("tokens").size());
        assertEquals(7, out.json().path("characters").asInt());
        assertEquals(9, out.json().path("bytes").asInt());
        assertEquals(
                "⟨E2⟩",
                out.json()
                        .path("tokens")
                        .get(out.json().path("tokens").size() - 3)
                        .asString());
        assertTrue(out.out().indexOf('\uFFFD') < 0, out.out());
    }

    @Test
    void partsOfACharacterSayWhichTheyAre() {
        Outcome out = Outcome.of("tokenize", "--model", directory.toString(), "--text", "a€");
        assertEquals(0, out.code(), out.err());
        assertTrue(out.out().contains("part 1 of 3 of €"), out.out());
        assertTrue(out.out().contains("part 3 of 3 of €"), out.out());
        assertTrue(out.out().contains("4 tokens for 2 characters, 4 bytes: 1.00 bytes a token"), out.out());
    }

    @Test
    void explainShowsTheMergesInOrder() {
        Outcome out = Outcome.of("tokenize", "--model", model, "--text", "apple", "--explain");
        assertEquals(0, out.code(), out.err());
        assertTrue(out.out().contains("a p p l e"), out.out());
        assertTrue(out.out().contains("makes ap"), out.out());
        Outcome json = Outcome.of("tokenize", "--model", model, "--text", "apple", "--explain", "--json");
        assertEquals("apple", json.json().path("words").get(0).path("text").asString(), json.out());
    }

    @Test
    void badInputIsASentence() throws IOException {
        Outcome nowhere =
                Outcome.of("tokenize", "--model", directory.resolve("nowhere").toString(), "--text", "a");
        assertEquals(1, nowhere.code());
        assertTrue(nowhere.err().contains("found nothing there"), nowhere.err());
        Outcome both = Outcome.of("tokenize", "--model", model, "--text", "a", "--file", "b");
        assertEquals(2, both.code());
        assertTrue(both.err().contains("--text, --file: expected one of them, found both"), both.err());
        Outcome missing = Outcome.of(
                "tokenize",
                "--model",
                model,
                "--file",
                directory.resolve("none").toString());
        missing.assertFailure(1, directory.resolve("none") + ": expected a file or folder, found none");
        Outcome.of("tokenize", "--model", model, "--file", directory.toString())
                .assertFailure(1, directory + ": cannot be read: Is a directory");
        Path latin = Files.write(directory.resolve("latin.txt"), new byte[] {'a', (byte) 0xE9});
        Outcome bytes = Outcome.of("tokenize", "--model", model, "--file", latin.toString());
        assertTrue(bytes.err().contains("expected UTF-8, found bytes that are not"), bytes.err());
        Outcome empty = Outcome.of("tokenize", "--model", model, "--text", "");
        assertEquals(0, empty.code(), empty.err());
        assertTrue(empty.out().contains("0 tokens for 0 characters, 0 bytes"), empty.out());
    }

    private static Outcome piped(byte... input) {
        InputStream in = System.in;
        try {
            System.setIn(new ByteArrayInputStream(input));
            return Outcome.of("tokenize", "--model", model, "--json");
        } finally {
            System.setIn(in);
        }
    }

    @Test
    void standardInputIsReadAsStrictlyAsAFile() {
        Outcome euro = piped("a€".getBytes(StandardCharsets.UTF_8));
        assertEquals(0, euro.code(), euro.err());
        assertEquals(4, euro.json().path("count").asInt(), euro.out());
        piped((byte) 'a', (byte) 0xFF).assertFailure(2, "standard input: expected UTF-8, found bytes that are not");
    }

    @Test
    void offsetsSayWhichBytesATokenHas() {
        Outcome out = Outcome.of("tokenize", "--model", model, "--text", "a€b", "--json");
        assertEquals(
                "[[0,1],[1,2],[2,3],[3,4],[4,5]]", out.json().path("offsets").toString(), out.out());
    }
}
