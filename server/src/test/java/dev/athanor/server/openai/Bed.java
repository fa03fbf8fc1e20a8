package dev.athanor.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.Assistant;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.model.ModelConfig;
import dev.athanor.server.Deadlines;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A server with a small random model that speaks ChatML, and what a test asks it with. */
final class Bed implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();

    /** In the manner of ChatML, with tools as Hermes has them. */
    static final String TEMPLATE = """
            {%- if tools %}<|im_start|>system
            Tools: {% for tool in tools %}{{ tool | tojson }} {% endfor %}
            Answer with <tool_call>{"name": "", "arguments": {}}</tool_call> to call one.<|im_end|>
            {% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
            {% if message.content %}{{ message.content }}{% endif %}{% if message.tool_calls %}\
            {% for call in message.tool_calls %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}\
            {% endif %}<|im_end|>
            {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
            {% endif %}""";

    static final int CONTEXT = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Assistant assistant;
    final Serving serving;
    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    Bed(Path model, ServeOptions options) {
        this(model, options, Deadlines.USUAL);
    }

    Bed(Path model, ServeOptions options, Deadlines deadlines) {
        this.assistant = Assistant.open(model, 2, options.limits());
        this.serving = Serving.start(assistant, options, deadlines);
    }

    static ServeOptions limited(EngineLimits limits) {
        ServeOptions local = ServeOptions.LOCAL;
        return new ServeOptions(local.host(), 0, Optional.empty(), List.of(), local.bodyBytes(), limits);
    }

    /** Writes a model of random weights to {@code into}/tiny. */
    static Path model(Path into) {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(1, 100).forEach(learner::feed);
        Tokenizer tokenizer = learner.learn(500, List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
        ModelConfig c = Preset.named("tales").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        ModelConfig config = new ModelConfig(
                c.family(),
                c.vocabularySize(),
                CONTEXT,
                2,
                64,
                2,
                2,
                32,
                128,
                c.norm(),
                c.normEpsilon(),
                c.activation(),
                c.positions(),
                c.parallelResidual(),
                c.qkNorm(),
                c.qkvBias(),
                c.attentionOutputBias(),
                c.feedForwardBias(),
                c.tiedHead(),
                c.slidingWindow(),
                c.dropout(),
                c.bosToken(),
                c.eosToken(),
                c.layout());
        Path model = into.resolve("tiny");
        Checkpoint.save(model, Initializer.initialize(config, 0.3, 1), Optional.of(TokenizerJson.write(tokenizer)));
        ObjectNode tokens =
                JSON.createObjectNode().put("eos_token", "<|im_end|>").put("chat_template", TEMPLATE);
        try {
            Files.writeString(model.resolve("tokenizer_config.json"), tokens.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return model;
    }

    /** What came back. */
    record Came(int status, HttpResponse<String> response) {
        ObjectNode json() {
            return (ObjectNode) JSON.readTree(response.body());
        }

        String message() {
            return json().path("error").path("message").asString("");
        }

        JsonNode choice() {
            return json().path("choices").get(0);
        }

        String text() {
            return choice().has("message")
                    ? choice().path("message").path("content").asString("")
                    : choice().path("text").asString("");
        }

        /** The data of all events but the last, which must be {@code [DONE]}. */
        List<ObjectNode> events() {
            assertEquals(200, status, response.body());
            List<String> data = response.body()
                    .lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .toList();
            assertEquals("[DONE]", data.getLast());
            return data.subList(0, data.size() - 1).stream()
                    .map(line -> (ObjectNode) JSON.readTree(line))
                    .toList();
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(serving.address() + path)).timeout(PATIENCE);
    }

    Came send(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Came(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    Came get(String path) {
        return send(request(path).GET().build());
    }

    Came post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** The answer to a request that is accepted; single quotes stand for double ones. */
    Came ask(String path, String body) {
        Came came = post(path, body.replace('\'', '"'));
        assertEquals(200, came.status(), came.response().body());
        return came;
    }

    /** A refusal with this status whose sentence holds all of {@code parts}. */
    Came refused(int status, String path, String body, String... parts) {
        Came came = post(path, body.replace('\'', '"'));
        assertEquals(status, came.status(), body + " -> " + came.response().body());
        for (String part : parts) {
            assertTrue(came.message().contains(part), body + ": expected " + part + " in: " + came.message());
        }
        return came;
    }

    int[] tokens(String text) {
        return ids(ask("/tokenize", JSON.createObjectNode().put("prompt", text).toString())
                .json()
                .path("tokens"));
    }

    static int[] ids(JsonNode array) {
        List<Integer> ids = new ArrayList<>();
        array.forEach(id -> ids.add(id.intValue()));
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Joins what a stream of chat chunks or completions said. */
    static String joined(List<ObjectNode> events) {
        StringBuilder text = new StringBuilder();
        for (ObjectNode event : events) {
            for (JsonNode choice : event.path("choices")) {
                text.append(choice.path("delta").path("content").asString(""));
                text.append(choice.path("text").asString(""));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        client.close();
        serving.close();
        assistant.close();
    }
}
