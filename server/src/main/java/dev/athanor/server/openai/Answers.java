package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.EngineFailedException;
import dev.athanor.generate.batch.EngineFullException;
import dev.athanor.generate.batch.Ticket;
import dev.athanor.server.EventStream;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import tools.jackson.databind.node.ObjectNode;

/** What all answers have in common. */
final class Answers {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Assistant assistant;
    private final String model;
    private final Clock clock;

    Answers(Assistant assistant, Clock clock) {
        this.assistant = assistant;
        this.model = assistant.name();
        this.clock = clock;
    }

    String model() {
        return model;
    }

    long now() {
        return clock.instant().getEpochSecond();
    }

    String id(String prefix) {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return prefix + HexFormat.of().formatHex(bytes);
    }

    ObjectNode head(String id, String kind) {
        return ApiJson.object()
                .put("id", id)
                .put("object", kind)
                .put("created", now())
                .put("model", model)
                .put(
                        "system_fingerprint",
                        "athanor-" + Integer.toHexString(assistant.config().hashCode()));
    }

    /** A request may leave the model out; another than this one is refused. */
    void requireModel(Fields f) {
        Optional<String> named = f.text("model");
        if (named.isPresent() && !named.get().equals(model)) {
            throw new ApiProblem(404, "model", "model: expected " + model + ", the one served here, found another");
        }
    }

    /** Fields that say something to OpenAI's service and nothing about the text. */
    void harmless(Fields f) {
        f.text("user");
        f.text("safety_identifier");
        f.object("metadata");
        if (f.flag("store", false)) {
            throw f.problem("store", "expected false, for nothing is stored here, found true");
        }
    }

    boolean usageInStream(Fields f, boolean stream) {
        Optional<Fields> options = f.object("stream_options");
        if (options.isEmpty()) {
            return false;
        }
        if (!stream) {
            throw f.problem("stream_options", "expected stream: true beside it, found none");
        }
        boolean usage = options.get().flag("include_usage", false);
        options.get().done();
        return usage;
    }

    /** Submits all texts of a request, or none. */
    List<Ticket> submitAll(int count, IntFunction<Ticket> submit) {
        List<Ticket> tickets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                tickets.add(submit.apply(i));
            }
        } catch (RuntimeException e) {
            tickets.forEach(Ticket::cancel);
            throw e;
        }
        return tickets;
    }

    /** The error of a text that broke off while it was sent. */
    ObjectNode failure(RuntimeException reason) {
        ApiProblem problem = problem(reason);
        if (problem.status() == 500 && !(reason instanceof EngineFailedException)) { // the engine has logged its own
            System.getLogger(Answers.class.getName()).log(System.Logger.Level.ERROR, "a text broke off", reason);
        }
        return problem.json();
    }

    static ApiProblem problem(RuntimeException reason) {
        return switch (reason) {
            case ApiProblem problem -> problem;
            case EngineFullException full -> new ApiProblem(503, "", String.valueOf(full.getMessage()));
            case EngineFailedException failed -> new ApiProblem(500, "", String.valueOf(failed.getMessage()));
            case IllegalArgumentException wrong -> ApiProblem.of(wrong);
            default -> new ApiProblem(500, "", "this text could not be written; the server's log says why");
        };
    }

    void finish(EventStream events, Call call, boolean usage, String id, String kind) {
        if (usage) {
            ObjectNode node = head(id, kind);
            node.putArray("choices");
            node.set("usage", call.usage());
            events.put(node.toString());
        }
        events.put("[DONE]");
        events.end();
    }

    void send(ServerResponse response, ObjectNode node) {
        response.header("Content-Type", "application/json");
        response.header("Cache-Control", "no-store");
        response.send(node.toString().getBytes(StandardCharsets.UTF_8));
    }
}
