package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A conversation over HTTP, token by token. */
class LabChatTest {
    private static final String ASKED = """
            {"messages":[{"role":"system","content":"A tale."},{"role":"user","content":"Who is the king?"}],
             "temperature":%s,"seed":7,"max_tokens":12}""";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static Room room;

    @BeforeAll
    static void open() {
        room = new Room(Teller.train(directory));
    }

    @AfterAll
    static void close() {
        room.close();
    }

    private record Event(String name, ObjectNode data) {}

    private static List<Event> ask(String body) {
        HttpResponse<byte[]> response = room.postRaw("/api/chat", body);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(200, response.statusCode(), text);
        List<Event> events = new ArrayList<>();
        for (String block : text.split("\n\n")) {
            String[] lines = block.split("\n");
            events.add(new Event(lines[0].substring("event: ".length()), Json.parse(lines[1].substring(6))));
        }
        return events;
    }

    @Test
    void everyTokenComesWithTheProbabilityThatItsExplanationShows() {
        List<Event> events = ask(ASKED.formatted("1"));
        assertEquals("begin", events.getFirst().name());
        assertEquals("done", events.getLast().name());
        ArrayNode before = (ArrayNode) events.getFirst().data().get("prompt");
        int words = 0;
        for (Event event : events) {
            if (!event.name().equals("word")) {
                continue;
            }
            ObjectNode run =
                    room.post("/api/runs", Json.object().set("tokens", before).toString());
            int token = event.data().get("id").intValue();
            JsonNode chosen = room.get("/api/runs/" + run.get("run").stringValue() + "/next?top=1&token=" + token)
                    .get("chosen");
            double expected = chosen.get("p").get("value").doubleValue();
            double found = event.data().get("p").doubleValue();
            assertEquals(expected, found, 1e-5 + 1e-4 * expected, "word " + words + ": " + event.data());
            before.add(token);
            words++;
        }
        assertTrue(words > 1, "words: " + words);
    }

    @Test
    void theTextOfTheTokensIsTheAnswer() {
        List<Event> events = ask(ASKED.formatted("0"));
        StringBuilder text = new StringBuilder();
        events.stream()
                .filter(e -> e.name().equals("word") && !e.data().get("end").booleanValue())
                .forEach(e -> text.append(e.data().get("text").stringValue()));
        JsonNode done = events.getLast().data();
        assertEquals(done.get("content").stringValue(), text.toString().strip());
        assertEquals(
                done.get("usage").get("total_tokens").intValue(),
                events.getFirst().data().get("prompt").size()
                        + done.get("usage").get("completion_tokens").intValue());
    }

    @Test
    void programsGetTheSameAnswerFromTheOpenAiAddress() {
        String content =
                ask(ASKED.formatted("0")).getLast().data().get("content").stringValue();
        ObjectNode same = room.post("/v1/chat/completions", ASKED.formatted("0"));
        assertEquals(
                content,
                same.get("choices").get(0).get("message").get("content").stringValue());
    }

    @Test
    void thePageOfAnotherServerGetsNoAnswer() {
        String raw = room.raw("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + room.port()
                + "\r\nOrigin: http://elsewhere.example\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        assertTrue(raw.startsWith("HTTP/1.1 403"), raw);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"messages":[]}                                                        | 400 | messages: expected a list
            {"messages":[{"role":"king","content":"x"}]}                           | 400 | role: expected
            {"messages":[{"role":"user","content":7}]}                             | 400 | messages: expected objects
            {"messages":[{"role":"user","content":"x"}],"temperature":3}           | 400 | temperature: expected
            {"messages":[{"role":"user","content":"x"}],"max_tokens":0}            | 400 | max_tokens: expected
            {"messages":[{"role":"user","content":"x"}],"tools":[]}                | 400 | chat: expected only
            """)
    void whatCannotBeReadIsRefusedWithASentence(String body, int status, String sentence) {
        HttpResponse<byte[]> response = room.postRaw("/api/chat", body);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(status, response.statusCode(), text);
        assertTrue(Json.parse(text).get("error").get("sentence").stringValue().startsWith(sentence), text);
    }

    @Test
    void whatDoesNotFitIsRefusedAndNeverCut() {
        String body = Json.object()
                .set(
                        "messages",
                        Json.object()
                                .putArray("m")
                                .add(Json.object().put("role", "user").put("content", "the king ".repeat(3000))))
                .toString();
        HttpResponse<byte[]> response = room.postRaw("/api/chat", body);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(400, response.statusCode(), text);
        assertTrue(text.contains("expected at most " + (Teller.CONTEXT - 1) + " tokens"), text);
    }

    @Test
    void aCheckpointWithoutATokenizerSaysThatItCannotChat() {
        try (Room numbers = new Room("gpt2")) {
            ObjectNode about = numbers.get("/api/chat");
            assertFalse(about.get("available").booleanValue());
            assertTrue(about.get("sentence").stringValue().contains("tokenizer"), about.toString());
            assertEquals(404, numbers.postRaw("/api/chat", "{}").statusCode());
        }
    }
}
