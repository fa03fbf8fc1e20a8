package dev.athanor.server.lab;

import dev.athanor.model.ModelConfig;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The checkpoints, and runs made from prompts. */
final class RunApi {
    private static final Set<String> FIELDS = Set.of("prompt", "tokens", "checkpoint", "edits");

    private final List<LabModel> models;
    private final RunStore store;
    private final String prompt;

    RunApi(List<LabModel> models, RunStore store, String prompt) {
        this.models = models;
        this.store = store;
        this.prompt = prompt;
    }

    void routes(HttpRules rules) {
        rules.get("/api/model", (request, response) -> LabApi.send(response, model()));
        rules.post("/api/runs", this::make);
        rules.get("/api/runs/{run}", (request, response) -> {
            String id = new Query(request).run();
            LabApi.send(response, described(id, 0));
        });
        rules.get("/api/runs/{run}/export.json", (request, response) -> export(request, response, "json"));
        rules.get("/api/runs/{run}/export.svg", (request, response) -> export(request, response, "svg"));
        rules.get("/api/runs/{run}/export.html", (request, response) -> export(request, response, "html"));
    }

    private ObjectNode model() {
        ObjectNode node = Json.answer();
        ArrayNode checkpoints = node.putArray("checkpoints");
        for (int i = 0; i < models.size(); i++) {
            LabModel model = models.get(i);
            ModelConfig c = model.config();
            ObjectNode one = checkpoints.addObject();
            one.put("id", i).put("name", model.name()).put("path", model.path().toString());
            one.put("family", c.family().name().toLowerCase(Locale.ROOT));
            one.put("layers", c.layers()).put("heads", c.heads()).put("kv_heads", c.kvHeads());
            one.put("head_size", c.headSize()).put("width", c.width()).put("feed_forward", c.feedForwardWidth());
            one.put("vocabulary", c.vocabularySize()).put("context", c.contextLength());
            one.put("activation", c.activation().name().toLowerCase(Locale.ROOT));
            one.put("gated", c.activation().gated());
            one.put("positions", c.rotary().isPresent() ? "rotary" : "learned");
            one.put("parallel", c.parallelResidual());
            one.put("parameters", model.parameters());
            one.put("timeline", false);
        }
        node.put("most_tokens", models.getFirst().config().contextLength());
        node.put("prompt", prompt);
        return node;
    }

    private void make(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.read(request.content().inputStream());
        for (String name : body.propertyNames()) {
            if (!FIELDS.contains(name)) {
                throw new Problem(400, "run: expected only " + FIELDS + ", found another field");
            }
        }
        long began = System.nanoTime();
        String id = store.add(spec(body));
        LabModel model = store.modelOf(id);
        model.inTurn(() -> store.run(id));
        LabApi.send(response, described(id, (System.nanoTime() - began) / 1e6));
    }

    private RunStore.Spec spec(ObjectNode body) {
        JsonNode checkpoint = body.path("checkpoint");
        if (!checkpoint.isMissingNode() && !checkpoint.isInt()) {
            throw new Problem(400, "checkpoint: expected a whole number, found something else");
        }
        int which = checkpoint.isInt() ? checkpoint.intValue() : 0;
        LabModel model = store.model(which);
        JsonNode edits = body.path("edits");
        if (!edits.isMissingNode() && !edits.isArray()) {
            throw new Problem(400, "edits: expected a list, found something else");
        }
        return new RunStore.Spec(which, tokens(body, model), edits.isArray() ? edits.toString() : "[]");
    }

    private static int[] tokens(ObjectNode body, LabModel model) {
        if (body.path("prompt").isString()) {
            return model.tokens(body.path("prompt").stringValue());
        }
        if (!body.path("tokens").isArray()) {
            throw new Problem(400, "run: expected a prompt or tokens, found neither");
        }
        List<Integer> ids = new ArrayList<>();
        int v = model.config().vocabularySize();
        for (JsonNode token : body.path("tokens")) {
            if (!token.isInt() || token.intValue() < 0 || token.intValue() >= v) {
                throw new Problem(400, "tokens: expected ids from 0 to " + (v - 1) + ", found another");
            }
            ids.add(token.intValue());
        }
        if (ids.isEmpty() || ids.size() > model.config().contextLength()) {
            throw new Problem(
                    400,
                    "tokens: expected between 1 and " + model.config().contextLength() + ", the model's context, found "
                            + ids.size());
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private ObjectNode described(String id, double milliseconds) {
        RunStore.Spec spec = store.spec(id);
        ObjectNode node = Json.answer().put("run", id).put("checkpoint", spec.checkpoint());
        node.set("tokens", new ViewJson(store.model(spec.checkpoint())).tokens(spec.tokens()));
        node.set("edits", Json.parse("{\"edits\":" + spec.edits() + "}").get("edits"));
        node.put("base", store.base(id));
        node.put("milliseconds", milliseconds);
        node.putArray("warnings");
        return node;
    }

    private void export(ServerRequest request, ServerResponse response, String form) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        String text = model.inTurn(() -> {
            Export export =
                    new Export(model, query.run(), store.run(query.run()), query.choice(store.run(query.run())));
            return switch (form) {
                case "svg" -> export.svg();
                case "html" -> export.html();
                default -> export.json().toPrettyString() + "\n";
            };
        });
        response.header(
                "Content-Type",
                switch (form) {
                    case "svg" -> "image/svg+xml";
                    case "html" -> "text/html; charset=utf-8";
                    default -> "application/json";
                });
        response.header("Content-Disposition", "attachment; filename=\"athanor-" + query.run() + "." + form + "\"");
        response.send(text.getBytes(StandardCharsets.UTF_8));
    }
}
