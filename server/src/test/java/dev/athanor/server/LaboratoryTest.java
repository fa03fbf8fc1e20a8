package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What docs/laboratory-api.md promises, over the wire. */
class LaboratoryTest {
    @SuppressWarnings("NullAway.Init")
    private static Room room;

    @BeforeAll
    static void open() {
        room = new Room("llama-gqa", "llama-tied");
    }

    @AfterAll
    static void close() {
        room.close();
    }

    private static final String[] VIEWS = {
        "next",
        "assembly",
        "flasks?layer=1",
        "chemistry?layer=0",
        "lens",
        "norms",
        "nearest?state=1",
        "scores",
        "match?layer=1&head=1&query=6&key=2",
        "effects",
        "tale",
        "tale?register=code",
        "identities"
    };

    private static void figures(JsonNode node, List<JsonNode> into) {
        if (node.isObject() && node.has("name") && node.has("index") && node.has("value")) {
            into.add(node);
        }
        node.forEach(child -> figures(child, into));
    }

    /** The crawler: every number of every view, in several families, is given again by name and index. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "mistral-window", "qwen2", "qwen3"})
    void everyNumberOfEveryViewCanBeAskedForAgain(String name) {
        try (Room other = new Room(name)) {
            String run = other.run(Room.PROMPT);
            List<JsonNode> all = new ArrayList<>();
            for (String view : VIEWS) {
                figures(other.get("/api/runs/" + run + "/" + view), all);
            }
            assertTrue(all.size() > 300, name + ": figures " + all.size());
            // Every seventh in every family: views differ by family, numbers of one view do not.
            for (int i = 0; i < all.size(); i += 7) {
                again(other, run, all.get(i));
            }
        }
    }

    private static void again(Room room, String run, JsonNode figure) {
        StringBuilder index = new StringBuilder();
        figure.get("index")
                .forEach(n -> index.append(index.isEmpty() ? "" : ",").append(n.intValue()));
        String name = URLEncoder.encode(figure.get("name").stringValue(), StandardCharsets.UTF_8);
        ObjectNode found = room.get("/api/runs/" + run + "/figure?name=" + name + "&index=" + index);
        assertEquals(figure.get("value").doubleValue(), found.get("value").doubleValue(), figure.toString());
    }

    @Test
    void theSameQuestionHasTheSameId() {
        String first = room.run(Room.PROMPT);
        assertEquals(first, room.run(Room.PROMPT));
        assertFalse(first.equals(room.run("#3 #10 #17")));
        ObjectNode again = room.get("/api/runs/" + first);
        assertEquals(7, again.get("tokens").size());
        assertEquals(first, again.get("base").stringValue());
    }

    @Test
    void rawNumbersAreThoseOfTheViews() {
        String run = room.run(Room.PROMPT);
        HttpResponse<byte[]> response = room.fetch("/api/runs/" + run + "/logits?position=6");
        float[] logits = new float[response.body().length / 4];
        ByteBuffer.wrap(response.body())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(logits);
        ObjectNode next = room.get("/api/runs/" + run + "/next?position=6");
        JsonNode row = next.get("rows").get(0);
        assertEquals(
                (double) logits[row.get("token").intValue()],
                row.get("logit").get("value").doubleValue());
        assertEquals(
                "unembed.hook_out",
                response.headers().firstValue("X-Athanor-Hook").orElse(""));
        HttpResponse<byte[]> tensor = room.fetch("/api/runs/" + run + "/tensor?hook=blocks.0.attn.hook_pattern");
        assertTrue(tensor.headers().firstValue("X-Athanor-Shape").orElse("").contains("7"));
    }

    @Test
    void anExperimentShowsBeforeAndAfterAndBothEffects() {
        String run = room.run(Room.PROMPT);
        String edit = "{\"do\":\"ablate\",\"part\":\"head\",\"layer\":0,\"head\":1}";
        ObjectNode out = room.post("/api/experiments", "{\"run\":\"" + run + "\",\"edits\":[" + edit + "]}");
        assertEquals(run, out.get("before").stringValue());
        String after = out.get("after").stringValue();
        again(room, after, out.get("total"));
        again(room, after, out.get("direct"));
        again(room, after, out.get("next_after").get("rows").get(0).get("p"));
        assertTrue(out.get("total").get("value").doubleValue() != 0, out.toString());
        ObjectNode mask =
                room.post("/api/experiments", "{\"run\":\"" + run + "\",\"edits\":[{\"do\":\"mask\",\"on\":false}]}");
        assertFalse(mask.has("direct"), "no direct effect of what is everywhere");
    }

    @Test
    void patchingStreamsItsRowsAndItsNumbersCanBeAskedAgain() {
        String clean = room.run(Room.PROMPT);
        String corrupt = room.run("#3 #10 #9 #24 #31 #5 #12");
        HttpResponse<byte[]> response = room.postRaw(
                "/api/patching",
                "{\"clean\":\"" + clean + "\",\"corrupt\":\"" + corrupt + "\",\"hook\":\"resid_pre\"}");
        String stream = new String(response.body(), StandardCharsets.UTF_8);
        assertTrue(stream.contains("event: row") && stream.contains("event: done"), stream);
        String data = stream.lines()
                .filter(l -> l.startsWith("data: "))
                .findFirst()
                .orElseThrow()
                .substring(6);
        JsonNode cell = Json.parse(data).get("cells").get(2);
        assertEquals(1, cell.get("value").doubleValue(), 1e-3, "the only word that differs");
        StringBuilder index = new StringBuilder();
        cell.get("index").forEach(n -> index.append(index.isEmpty() ? "" : ",").append(n.intValue()));
        ObjectNode again =
                room.get("/api/runs/" + corrupt + "/figure?name=patching.resid_pre&index=" + index + "&other=" + clean);
        assertEquals(cell.get("value").doubleValue(), again.get("value").doubleValue());
    }

    @Test
    void twoCheckpointsStandSideBySide() {
        String a = room.run(Room.PROMPT);
        String b = room.post("/api/runs", "{\"tokens\":[3,10,17],\"checkpoint\":1}")
                .get("run")
                .stringValue();
        ObjectNode both = room.post("/api/compare", "{\"runs\":[\"" + a + "\",\"" + b + "\"]}");
        assertEquals(2, both.get("sides").size());
        assertTrue(both.get("cka").size() > 0);
    }

    @Test
    void theHeadsOfTwoCheckpointsAreComparedAndTheirStatesCrossed() {
        try (Room two = new Room("llama-gqa", "llama-gqa")) {
            String a = two.run(Room.PROMPT);
            String tokens = "[3,10,17,24,31,5,12]";
            String b = two.post("/api/runs", "{\"tokens\":" + tokens + ",\"checkpoint\":1}")
                    .get("run")
                    .stringValue();
            ObjectNode both = two.post("/api/compare", "{\"runs\":[\"" + a + "\",\"" + b + "\"]}");
            JsonNode heads = both.get("heads");
            assertTrue(heads.size() > 1, both.toString());
            for (JsonNode head : heads) {
                JsonNode figure = head.get("variation");
                assertEquals(0, figure.get("value").doubleValue(), 1e-12, "the same weights fill the same flasks");
                ObjectNode again = two.get("/api/runs/" + a + "/figure?name=compare.pattern&index="
                        + figure.get("index").get(0) + "," + figure.get("index").get(1) + "&other=" + b);
                assertEquals(
                        figure.get("value").doubleValue(), again.get("value").doubleValue());
            }
            String c = two.post("/api/runs", "{\"tokens\":[3,10,9,24,31,5,12],\"checkpoint\":1}")
                    .get("run")
                    .stringValue();
            assertTrue(
                    two.post("/api/compare", "{\"runs\":[\"" + a + "\",\"" + c + "\"]}")
                            .path("heads")
                            .isMissingNode(),
                    "other words have other flasks");
            HttpResponse<byte[]> grid = two.postRaw(
                    "/api/patching", "{\"clean\":\"" + c + "\",\"corrupt\":\"" + a + "\",\"hook\":\"resid_pre\"}");
            String events = new String(grid.body(), StandardCharsets.UTF_8);
            assertTrue(events.contains("event: done"), events);
        }
    }

    @Test
    void exportsNeedNothingElse() {
        String run = room.run(Room.PROMPT);
        String html = new String(room.fetch("/api/runs/" + run + "/export.html").body(), StandardCharsets.UTF_8);
        assertTrue(html.startsWith("<!doctype html>") && html.contains("<svg") && html.contains("I12"), html);
        assertFalse(html.contains("<script") || html.contains("src="), "no scripts, nothing fetched");
        String svg = new String(room.fetch("/api/runs/" + run + "/export.svg").body(), StandardCharsets.UTF_8);
        assertTrue(svg.startsWith("<svg xmlns"), svg);
        ObjectNode json = room.get("/api/runs/" + run + "/export.json");
        assertEquals(1, json.get("version").intValue());
        assertEquals(12, json.get("identities").size());
        assertEquals(3, json.get("tale").size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"prompt\":\"\"}                          | prompt: expected some text",
                "{\"prompt\":\"hello\"}                     | this checkpoint has no tokenizer",
                "{}                                         | expected a prompt or tokens, found neither",
                "{\"tokens\":[]}                            | tokens: expected between 1 and",
                "{\"tokens\":[999999]}                      | tokens: expected ids from 0 to",
                "{\"tokens\":[1],\"checkpoint\":7}          | checkpoint: expected one from 0 to 1, found 7",
                "{\"tokens\":[1],\"edits\":7}               | edits: expected a list",
                "{\"tokens\":[1],\"colour\":7}              | expected only",
                "{\"tokens\":[1],\"edits\":[{\"do\":\"x\"}]}| do: expected ablate, patch",
                "{\"tokens\":[1,2],\"edits\":[{\"do\":\"ablate\",\"part\":\"head\",\"layer\":0,\"head\":99}]} | head: expected one from 0",
                "{\"tokens\":[1,2],\"edits\":[{\"do\":\"pour\",\"layer\":0,\"head\":0,\"position\":1,\"shares\":[1]}]} | pour: expected 2 shares",
                "[1]                                        | body: expected a JSON object",
                "{                                          | body: expected a JSON object",
            })
    void aRunThatCannotBeIsRefusedInOneSentence(String body, String sentence) {
        HttpResponse<byte[]> response = room.postRaw("/api/runs", body);
        String found = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(400, response.statusCode(), found);
        assertTrue(found.contains(sentence), found);
    }

    @ParameterizedTest
    @CsvSource({
        "flasks?layer=99, layer: expected one from 0 to",
        "flasks, layer: expected a text",
        "next?position=7, position: expected one from 0 to 6",
        "next?top=0, top: expected between 1 and 1000",
        "assembly?token=1&against=1, against: expected another token",
        "match?layer=0&head=0&query=2&key=3, key: expected one from 0 to 2",
        "figure?name=nothing&index=1, hook: expected one of",
        "tale?register=verse, register: expected story",
        "tensor?hook=nothing, hook: expected one of",
    })
    void aViewThatCannotBeIsRefusedInOneSentence(String view, String sentence) {
        HttpResponse<byte[]> response = room.fetch("/api/runs/" + room.run(Room.PROMPT) + "/" + view);
        String found = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(400, response.statusCode(), found);
        assertTrue(found.contains(sentence), found);
        assertEquals(404, room.fetch("/api/runs/0000000000000000/next").statusCode());
    }

    @Test
    void onlyThisMachineByItsOwnNameMayAsk() {
        String own = "GET /api/model HTTP/1.1\r\nHost: 127.0.0.1:" + room.port() + "\r\nConnection: close\r\n";
        assertTrue(room.raw(own + "\r\n").startsWith("HTTP/1.1 200"), "by its own name");
        assertTrue(room.raw(own.replace("127.0.0.1:", "localhost:") + "\r\n").startsWith("HTTP/1.1 200"), "localhost");
        assertTrue(
                room.raw(own.replace("127.0.0.1:", "evil.example:") + "\r\n").startsWith("HTTP/1.1 403"),
                "a foreign host");
        for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1")) {
            String answer = room.raw(own + "Origin: " + origin + "\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 403"), origin + ": " + answer);
        }
        String same = room.raw(own + "Origin: http://127.0.0.1:" + room.port() + "\r\n\r\n");
        assertTrue(same.startsWith("HTTP/1.1 200"), same);
        assertFalse(same.toLowerCase(Locale.ROOT).contains("access-control-allow"), "no other page may read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../Pages.class",
                "/%2e%2e/Pages.class",
                "/vendor/../../Pages.class",
                "/vendor/%2e%2e/%2e%2e/x",
                "/page/index.html",
                "//etc/passwd",
                "/js/..%2f..%2fJson.class",
                "/files.txt"
            })
    void whatIsNotInTheListOfFilesIsNotThere(String path) {
        String answer = room.raw(
                "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + room.port() + "\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 404") || answer.startsWith("HTTP/1.1 400"), path + ": " + answer);
    }

    @Test
    void aBodyThatIsTooLargeOrTooDeepIsRefused() {
        HttpResponse<byte[]> large = room.postRaw("/api/runs", "{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}");
        assertEquals(413, large.statusCode());
        String huge = room.raw(
                "POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:" + room.port() + "\r\nContent-Length: 20000000\r\n\r\n{");
        assertTrue(huge.startsWith("HTTP/1.1 413"), huge);
        HttpResponse<byte[]> deep = room.postRaw("/api/runs", "[".repeat(100_000));
        assertEquals(400, deep.statusCode());
    }

    @Test
    void manyAtOnceGetTheirOwnAnswers() {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int token = i % 8;
            answers.add(CompletableFuture.supplyAsync(() -> {
                String run = room.run("#" + token + " #1 #2");
                return token
                        + room.get("/api/runs/" + run + "/next")
                                .get("rows")
                                .get(0)
                                .toString();
            }));
        }
        for (int i = 0; i < answers.size(); i++) {
            assertEquals(answers.get(i % 8).join(), answers.get(i).join(), "request " + i);
        }
    }

    @Test
    void thePolicyLetsNothingInFromElsewhere() {
        HttpResponse<byte[]> page = room.send(HttpRequest.newBuilder(URI.create(room.address())));
        String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(policy.contains("default-src 'none'") && !policy.contains("unsafe"), policy);
        assertEquals(
                "nosniff", page.headers().firstValue("X-Content-Type-Options").orElse(""));
    }
}
