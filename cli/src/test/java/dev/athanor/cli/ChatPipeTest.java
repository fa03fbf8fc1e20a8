package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code athanor chat} without a terminal. */
class ChatPipeTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private static Outcome chat(Path model, String input, String... more) {
        List<String> words = new ArrayList<>(List.of("chat", "--model", model.toString(), "--threads", "1"));
        words.addAll(List.of(more));
        return Outcome.fed(input, words.toArray(new String[0]));
    }

    @Test
    void everyLineIsAMessageAndOnlyAnswersArePrinted() {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        Outcome outcome = chat(model, "hi\n\nand you\n", "--temperature", "0");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals("nok\nnok\n", outcome.out().replace(System.lineSeparator(), "\n"));
        assertFalse(outcome.err().contains("\u001b"), outcome.err());
    }

    @Test
    void aBaseModelReadsThePlainFormAndStopsWhereTheUserWouldSpeak() {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        Outcome outcome = chat(model, "hi\nhi", "--temperature", "0", "--json");
        List<JsonNode> answers =
                outcome.out().lines().map(new JsonMapper()::readTree).toList();
        assertEquals(2, answers.size(), outcome.out());
        for (JsonNode answer : answers) {
            assertEquals("nok", answer.path("content").asString(), outcome.out());
            assertEquals("stop", answer.path("finish_reason").asString(), outcome.out());
        }
        int first = answers.get(0).path("prompt_tokens").asInt();
        int second = answers.get(1).path("prompt_tokens").asInt();
        // One token is one character.
        assertEquals(first + " nok\nUser: hi\nAssistant:".length(), second, "the second prompt holds the first answer");
        assertEquals(400, answers.get(0).path("context").asInt());
    }

    @Test
    void whatIsUsedIsSaidAtTheBeginning() throws IOException {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        Outcome own = chat(model, "");
        assertTrue(own.err().contains("m: 400 tokens of context, messages as plain text"), own.err());
        assertTrue(own.err().contains("temperature 0.7, top_p 0.95, seed 1 (Athanor's own"), own.err());
        Files.writeString(
                model.resolve("generation_config.json"), "{\"temperature\": 0.6, \"top_k\": 20, \"max_length\": 64}");
        Files.writeString(model.resolve("chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}: ");
        Outcome models = chat(model, "hi\n", "--top-p", "0.5", "--stop", "\n");
        assertEquals(0, models.code(), models.err());
        assertTrue(models.err().contains("messages in chat_template.jinja"), models.err());
        assertTrue(
                models.err().contains("temperature 0.6, top_p 0.5, top_k 20, seed 1 (--top-p typed, else from"),
                models.err());
        Files.writeString(model.resolve("generation_config.json"), "{\"temperature\": \"hot\"}");
        chat(model, "hi\n").assertFailure(1, "temperature: expected a number, found \"hot\"");
    }

    @Test
    void whatDoesNotFitIsRefusedWithBothNumbersAndNeverCut() {
        Path model = SmallTalker.brief(folder.resolve("m"), 30);
        Outcome outcome = chat(model, "a message of thirty characters\n", "--system", "x");
        assertEquals(2, outcome.code(), outcome.err());
        assertEquals("", outcome.out());
        int tokens = "x\n\nUser: a message of thirty characters\nAssistant:".length();
        assertTrue(outcome.err().contains("the context of 30 with room for an answer, found " + tokens), outcome.err());
    }

    @Test
    void anAnswerThatFillsTheContextSaysSo() {
        Path model = SmallTalker.endless(folder.resolve("m"), 40);
        Outcome outcome = chat(model, "hi\n", "--system", "x");
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().startsWith("okokok"), outcome.out());
        assertTrue(outcome.err().contains("the context of 40 tokens is full"), outcome.err());
        Outcome some = chat(model, "hi\n", "--system", "x", "--max-tokens", "3");
        assertEquals("ok", some.out().strip());
        assertTrue(some.err().contains("the answer ends after max_tokens, 3"), some.err());
    }

    @Test
    void noLineOfAPipeIsACommand() {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        Path file = folder.resolve("written.json");
        Outcome outcome = chat(model, "/save " + file + "\n");
        assertEquals(0, outcome.code(), outcome.err());
        assertFalse(Files.exists(file), "text from elsewhere wrote a file");
    }

    @Test
    void controlCharactersOfAModelAreShownNotSent() {
        Path model = SmallTalker.rude(folder.resolve("m"), 400);
        Outcome outcome = chat(model, "hi\n", "--max-tokens", "2");
        assertEquals("\\u001b", outcome.out().strip());
    }

    @Test
    void optionsAndFilesThatMakeNoSenseAreUsage() throws IOException {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        chat(model, "hi\n", "--temperature", "-1").assertFailure(2, "temperature: expected a number between 0 and 100");
        chat(model, "hi\n", "--max-tokens", "-1").assertFailure(2, "--max-tokens: expected at least 0");
        chat(model, "hi\n", "--stop", "").assertFailure(2, "--stop: expected texts that are not empty");
        Path none = folder.resolve("none.json");
        chat(model, "hi\n", "--load", none.toString()).assertFailure(1, "none.json: expected a file or folder");
        Files.writeString(none, "[]");
        chat(model, "hi\n", "--load", none.toString()).assertFailure(2, "expected a JSON object");
    }

    @Test
    void aConversationFromElsewhereGoesOn() throws IOException {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        Path file = Files.writeString(folder.resolve("c.json"), """
                {"model": "other", "messages": [
                  {"role": "developer", "content": "x"},
                  {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
                  {"role": "assistant", "content": "c"}]}
                """);
        Outcome outcome = chat(model, "hi\n", "--load", file.toString(), "--json");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals(
                "x\n\nUser: ab\nAssistant: c\nUser: hi\nAssistant:".length(),
                outcome.json().path("prompt_tokens").asInt());
    }
}
