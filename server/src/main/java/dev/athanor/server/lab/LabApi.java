package dev.athanor.server.lab;

import dev.athanor.microscope.attribution.Attribution;
import dev.athanor.microscope.attribution.Method;
import dev.athanor.microscope.compare.HeadDifference;
import dev.athanor.microscope.experiment.HeadEffects;
import dev.athanor.microscope.identity.Identities;
import dev.athanor.microscope.origin.Origins;
import dev.athanor.microscope.score.HeadScores;
import dev.athanor.microscope.sense.NearestOccurrences;
import dev.athanor.microscope.tale.Narrator;
import dev.athanor.microscope.tale.Register;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Chemistry;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.LensGrid;
import dev.athanor.microscope.view.Match;
import dev.athanor.microscope.view.NearestWords;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Norms;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** The addresses of docs/laboratory-api.md that look at a run. */
public final class LabApi {
    /** Rows of a table at most. */
    private static final int MOST_ROWS = 1000;

    /** Numbers that are sent at once. */
    private static final int MOST_NUMBERS = 4_000_000;

    private final RunStore store;
    private final RunApi runs;
    private final ExperimentApi experiments;
    private final CompareApi compare;
    private final SenseApi senses;
    private final TimelineApi timeline;

    public LabApi(List<LabModel> models, String prompt) {
        this.store = new RunStore(models);
        this.runs = new RunApi(models, store, prompt);
        this.experiments = new ExperimentApi(store);
        this.compare = new CompareApi(store);
        this.senses = new SenseApi(store);
        this.timeline = new TimelineApi(models.getFirst());
    }

    public void routes(HttpRules rules) {
        runs.routes(rules);
        experiments.routes(rules);
        compare.routes(rules);
        senses.routes(rules);
        view(rules, "next", LabApi::next);
        view(rules, "assembly", (q, run, json) -> json.assembly(Assembly.of(run, q.choice(run))));
        view(rules, "flasks", (q, run, json) -> {
            int layer = q.within("layer", run.config().layers());
            return json.flasks(layer, Flask.ofLayer(run, q.choice(run), layer));
        });
        view(rules, "chemistry", (q, run, json) -> {
            int layer = q.within("layer", run.config().layers());
            Chemistry chemistry = Chemistry.of(run, q.choice(run), layer, Math.min(rows(q, 5), 20));
            return json.chemistry(chemistry, new NeuronWords(run, layer));
        });
        view(rules, "match", (q, run, json) -> {
            int layer = q.within("layer", run.config().layers());
            int head = q.within("head", run.config().heads());
            int query = q.within("query", run.length());
            return json.match(Match.of(run, layer, head, query, q.within("key", query + 1)), rows(q, 20));
        });
        view(rules, "lens", (q, run, json) -> json.lens(LensGrid.of(run)));
        view(rules, "norms", (q, run, json) -> json.norms(Norms.of(run)));
        view(rules, "nearest", (q, run, json) -> {
            int state = q.within("state", run.config().layers() + 1);
            return json.nearest(NearestWords.of(run, state, q.position(run), rows(q, 10)));
        });
        view(rules, "scores", (q, run, json) -> json.scores(HeadScores.of(run.microscope(), HeadScores.SEED)));
        view(rules, "attribution", (q, run, json) -> {
            Method method = Method.named(q.text("method"));
            return json.attribution(Attribution.of(run, q.choice(run), method));
        });
        view(rules, "pattern", (q, run, json) -> pattern(q, run));
        rules.get("/api/runs/{run}/effects", this::effects);
        rules.get("/api/runs/{run}/identities", this::identities);
        rules.get("/api/runs/{run}/tale", this::tale);
        rules.get("/api/runs/{run}/figure", this::figure);
        rules.get("/api/runs/{run}/logits", this::logits);
        rules.get("/api/runs/{run}/tensor", this::tensor);
        timeline.routes(rules);
    }

    /** Computes what the page will ask first, so that the compilers know it when somebody looks. */
    public void warm(LabModel model, String prompt) {
        model.inTurn(() -> {
            Thought run = store.run(store.add(new RunStore.Spec(0, model.tokens(prompt), "[]")));
            Choice choice = Choice.first(run, run.length() - 1);
            Assembly.of(run, choice);
            for (int layer = 0; layer < run.config().layers(); layer++) {
                Chemistry chemistry = Chemistry.of(run, choice, layer, 2);
                new ViewJson(model).chemistry(chemistry, new NeuronWords(run, layer));
            }
            return run.length();
        });
    }

    private interface View {
        ObjectNode of(Query query, Thought run, ViewJson json);
    }

    private void view(HttpRules rules, String name, View view) {
        rules.get("/api/runs/{run}/" + name, (request, response) -> {
            Query query = new Query(request);
            LabModel model = store.modelOf(query.run());
            send(response, model.inTurn(() -> view.of(query, store.run(query.run()), new ViewJson(model))));
        });
    }

    /** The likeliest words and, where one is named, that one. */
    private static ObjectNode next(Query q, Thought run, ViewJson json) {
        int position = q.position(run);
        ObjectNode node = json.next(NextWords.of(run, position, rows(q, 12)));
        if (q.find("token").isPresent()) {
            int token = q.within("token", run.config().vocabularySize());
            node.set("chosen", json.row(NextWords.row(run, position, token)));
        }
        return node;
    }

    private static int rows(Query query, int otherwise) {
        int found = query.number("top", otherwise);
        if (found < 1 || found > MOST_ROWS) {
            throw new Problem(400, "top: expected between 1 and " + MOST_ROWS + ", found " + found);
        }
        return found;
    }

    private static ObjectNode pattern(Query q, Thought run) {
        int layer = q.within("layer", run.config().layers());
        int head = q.within("head", run.config().heads());
        Hook hook = new Hook(HookPoint.PATTERN, layer);
        Tensor pattern = run.recording(hook).at(hook);
        int length = run.length();
        ObjectNode node = Json.answer().put("layer", layer).put("head", head);
        node.put("hook", hook.name());
        node.putArray("shape").add(length).add(length);
        var values = node.putArray("values");
        for (int row = 0; row < length; row++) {
            var numbers = values.addArray();
            for (float share : Thought.row(pattern, head * length + row, length)) {
                numbers.add((double) share);
            }
        }
        return node;
    }

    private void effects(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        send(response, model.inTurn(() -> {
            Thought run = store.run(query.run());
            return new ViewJson(model).effects(HeadEffects.of(run, query.choice(run), model.reference()));
        }));
    }

    private void identities(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        send(response, model.inTurn(() -> {
            Thought run = store.run(query.run());
            ObjectNode node = Json.answer();
            node.set(
                    "identities",
                    new ViewJson(model).identities(Identities.of(run, model.reference(), model.compute())));
            return node;
        }));
    }

    private void tale(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        Register register = register(query.find("register").orElse("story"));
        send(response, model.inTurn(() -> {
            Thought run = store.run(query.run());
            ObjectNode node = Json.answer();
            Choice choice = query.choice(run);
            ViewJson json = new ViewJson(model);
            node.set("choice", json.choice(choice));
            node.set(
                    "chapters",
                    json.tale(
                            Narrator.tell(run, choice, model.words(run.tokens()), register, model.reference(), false)));
            return node;
        }));
    }

    private static Register register(String found) {
        for (Register register : Register.values()) {
            if (register.name().toLowerCase(Locale.ROOT).equals(found)) {
                return register;
            }
        }
        throw new Problem(400, "register: expected story, mathematics or code, found another");
    }

    private void figure(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        String name = query.text("name");
        List<Integer> index = query.numbers("index");
        String other = query.find("other").orElse("");
        if (!other.isEmpty()) {
            send(response, store.inTurn(query.run(), other, () -> ofTwo(query.run(), name, index, other)));
            return;
        }
        send(response, model.inTurn(() -> {
            if (ExperimentApi.isExperiment(name)) {
                return experiments.figure(query.run(), name, index, "");
            }
            if (name.equals(NearestOccurrences.NAME)) {
                return senses.figure(query.run(), index);
            }
            Thought run = store.run(query.run());
            return new ViewJson(model).origin(new Origins(run, model.reference()).of(name, index));
        }));
    }

    /** A number that belongs to two runs. */
    private ObjectNode ofTwo(String run, String name, List<Integer> index, String other) {
        if (name.equals(HeadDifference.NAME)) {
            return compare.figure(run, index, other);
        }
        if (!ExperimentApi.isExperiment(name)) {
            throw new Problem(400, "other: expected none, for this number belongs to one run");
        }
        return experiments.figure(run, name, index, other);
    }

    private void logits(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        float[] logits = model.inTurn(() -> {
            Thought run = store.run(query.run());
            return run.logits(query.position(run));
        });
        numbers(response, "unembed.hook_out", Shape.of(logits.length), logits);
    }

    private void tensor(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        Hook hook = Hook.parse(query.text("hook"), model.config().layers());
        Tensor tensor =
                model.inTurn(() -> store.run(query.run()).recording(hook).at(hook));
        if (tensor.size() > MOST_NUMBERS) {
            throw new Problem(
                    413,
                    hook.name() + ": expected at most " + MOST_NUMBERS + " numbers, found " + tensor.size()
                            + "; ask for single ones");
        }
        numbers(response, hook.name(), tensor.shape(), tensor.toArray());
    }

    private static void numbers(ServerResponse response, String hook, Shape shape, float[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        response.header("Content-Type", "application/octet-stream");
        response.header("X-Athanor-Hook", hook);
        response.header("X-Athanor-Shape", shape.toString());
        response.send(bytes.array());
    }

    static void send(ServerResponse response, ObjectNode node) {
        response.header("Content-Type", "application/json");
        response.header("Cache-Control", "no-store");
        response.send(node.toString().getBytes(StandardCharsets.UTF_8));
    }
}
