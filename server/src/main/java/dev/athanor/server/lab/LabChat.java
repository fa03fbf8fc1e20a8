package dev.athanor.server.lab;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Message;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.chat.ToolChoice;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.generate.FinishReason;
import dev.athanor.generate.batch.EngineFailedException;
import dev.athanor.generate.batch.EngineFullException;
import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.generate.batch.Scored;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.TextRequest;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.kernel.MatrixChoice;
import dev.athanor.model.RunOptions;
import dev.athanor.server.EventStream;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import dev.athanor.tokenizer.TokenizerFormatException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation with the laboratory's first checkpoint, token by token: ids and probabilities come with the text, so
 * that every decision can be looked at.
 */
public final class LabChat implements AutoCloseable {
    /** One person's page and a few programs. */
    private static final EngineLimits LIMITS = new EngineLimits(16, 16, 128L << 20, EngineLimits.DEFAULT.chunk());

    private static final Set<String> FIELDS = Set.of("messages", "temperature", "seed", "max_tokens");
    private static final Set<String> MESSAGE_FIELDS = Set.of("role", "content");
    private static final int MOST_MESSAGES = 10_000;
    private static final double HOTTEST = 2;

    private final LabModel model;
    private final Optional<Assistant> assistant;
    private final String absent;
    private final SecureRandom seeds = new SecureRandom();

    private LabChat(LabModel model, Optional<Assistant> assistant, String absent) {
        this.model = model;
        this.assistant = assistant;
        this.absent = absent;
    }

    /** Maps the checkpoint's weights once more; one that cannot chat says why when it is asked. */
    public static LabChat open(LabModel model) {
        if (!model.readsText()) {
            return new LabChat(
                    model,
                    Optional.empty(),
                    "chat: expected a checkpoint that reads text, found one without a tokenizer; put its tokenizer.json "
                            + "beside its weights");
        }
        try {
            return new LabChat(
                    model,
                    Optional.of(Assistant.open(
                            model.path(),
                            RunOptions.of(model.threads()).with(MatrixChoice.VECTOR),
                            LIMITS,
                            Speculation.none())),
                    "");
        } catch (ModelFormatException | TokenizerFormatException | IllegalArgumentException e) {
            return new LabChat(model, Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /** Who answers; nobody where the checkpoint cannot chat. */
    public Optional<Assistant> assistant() {
        return assistant;
    }

    public void routes(HttpRules rules) {
        rules.get("/api/chat", (request, response) -> LabApi.send(response, about()));
        rules.post("/api/chat", this::answer);
    }

    private ObjectNode about() {
        ObjectNode node = Json.answer().put("available", assistant.isPresent());
        if (assistant.isEmpty()) {
            return node.put("sentence", absent);
        }
        node.put("format", assistant.get().format().origin());
        return node.put("context", model.config().contextLength());
    }

    private void answer(ServerRequest request, ServerResponse response) {
        Assistant who = assistant.orElseThrow(() -> new Problem(404, absent));
        ObjectNode body = Json.read(request.content().inputStream());
        only(body, FIELDS, "chat");
        TextRequest r = who.request(new ChatRequest(
                messages(body),
                List.of(),
                ToolChoice.NONE,
                Optional.empty(),
                whole(body, "max_tokens", 0),
                SamplerSettings.builder()
                        .temperature(temperature(body))
                        .seed(seed(body))
                        .build(),
                List.of()));
        TextRequest text = new TextRequest(
                r.prompt(),
                r.maxTokens(),
                r.sampling(),
                r.stop(),
                r.endTokens(),
                false,
                Optional.empty(),
                0, // each token's own probability, no others
                false,
                true);
        EventStream events = new EventStream();
        events.put("begin", begin(r.prompt()).toString());
        try {
            events.add(who.ask(text, List.of(), new Streamed(who, events)));
        } catch (EngineFullException e) {
            throw new Problem(503, String.valueOf(e.getMessage()));
        }
        events.send(response);
    }

    private ObjectNode begin(int[] prompt) {
        ObjectNode node = Json.answer();
        ArrayNode ids = node.putArray("prompt");
        for (int id : prompt) {
            ids.add(id);
        }
        return node.put("context", model.config().contextLength());
    }

    private static void only(ObjectNode body, Set<String> fields, String where) {
        for (String name : body.propertyNames()) {
            if (!fields.contains(name)) {
                throw new Problem(400, where + ": expected only " + fields + ", found another field");
            }
        }
    }

    private static List<Message> messages(ObjectNode body) {
        JsonNode found = body.path("messages");
        if (!found.isArray() || found.isEmpty() || found.size() > MOST_MESSAGES) {
            throw new Problem(400, "messages: expected a list of 1 to " + MOST_MESSAGES + ", found another");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode each : found) {
            if (!(each instanceof ObjectNode object) || !object.path("content").isString()) {
                throw new Problem(
                        400, "messages: expected objects with a role and content that is text, found another");
            }
            only(object, MESSAGE_FIELDS, "messages");
            String content = object.path("content").stringValue();
            messages.add(
                    switch (object.path("role").asString("")) {
                        case "system" -> Message.system(content);
                        case "user" -> Message.user(content);
                        case "assistant" -> Message.assistant(content);
                        default -> throw new Problem(400, "role: expected system, user or assistant, found another");
                    });
        }
        return messages;
    }

    private static double temperature(ObjectNode body) {
        JsonNode found = body.path("temperature");
        double value = found.isMissingNode() ? 1 : found.isNumber() ? found.doubleValue() : Double.NaN;
        if (!(value >= 0 && value <= HOTTEST)) {
            throw new Problem(400, "temperature: expected a number from 0 to 2, found another");
        }
        return value;
    }

    private long seed(ObjectNode body) {
        return body.path("seed").isMissingNode() ? seeds.nextLong() : whole(body, "seed", 0);
    }

    private static int whole(ObjectNode body, String field, int otherwise) {
        JsonNode found = body.path(field);
        if (found.isMissingNode()) {
            return otherwise;
        }
        if (!found.isInt() || found.intValue() < 1) {
            throw new Problem(400, field + ": expected a whole number from 1 to 2147483647, found another");
        }
        return found.intValue();
    }

    /** An answer that is sent while it is written. */
    private final class Streamed implements ReplyListener {
        private final EventStream events;
        private final AnswerWords words;

        Streamed(Assistant who, EventStream events) {
            this.events = events;
            this.words = new AnswerWords(who.tokenizer());
        }

        @Override
        public void token(Spoken token) {
            float logprob = token.score().map(Scored::logprob).orElse(Float.NEGATIVE_INFINITY);
            send(words.add(token.id(), token.piece(), logprob));
        }

        @Override
        public void text(String piece) {}

        private void send(List<AnswerWords.Word> found) {
            for (AnswerWords.Word word : found) {
                ObjectNode node = Json.object().put("id", word.id()).put("text", word.text());
                node.put("shown", model.shown(word.id())).put("p", Math.exp(word.logprob()));
                events.put("word", node.put("end", word.end()).toString());
            }
        }

        @Override
        public void done(Reply reply) {
            boolean signed = reply.reason() == FinishReason.EOS || reply.reason() == FinishReason.STOP;
            send(words.end(reply.text().length(), signed));
            ObjectNode node = Json.answer().put("content", reply.answer().content());
            int used = reply.usage().promptTokens() + reply.usage().completionTokens();
            boolean full = reply.reason() == FinishReason.LENGTH
                    && used == model.config().contextLength();
            node.put("reason", (full ? FinishReason.CONTEXT : reply.reason()).code());
            ObjectNode usage = node.putObject("usage");
            usage.put("prompt_tokens", reply.usage().promptTokens());
            usage.put("completion_tokens", reply.usage().completionTokens());
            usage.put("total_tokens", used);
            events.put("done", node.toString());
            events.end();
        }

        @Override
        public void failed(RuntimeException reason) {
            boolean told = reason instanceof IllegalArgumentException || reason instanceof EngineFailedException;
            String sentence = told
                    ? String.valueOf(reason.getMessage())
                    : "chat: this answer could not be written; the laboratory's terminal shows where";
            if (!told) {
                System.getLogger(LabChat.class.getName()).log(System.Logger.Level.ERROR, "an answer failed", reason);
            }
            events.put("problem", Json.object().put("sentence", sentence).toString());
            events.end();
        }
    }

    /** Lets answers under way end, for some seconds. */
    @Override
    public void close() {
        assistant.ifPresent(Assistant::close);
    }
}
