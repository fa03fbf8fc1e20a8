package dev.athanor.server.lab;

import dev.athanor.microscope.experiment.Effects;
import dev.athanor.microscope.experiment.PatchingGrid;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Experiments: the same text before and after, patching between two texts, two runs side by side. */
final class ExperimentApi {
    private static final int ROWS = 8;

    /** Names of an edited run's own figures, index [position, token, against]. */
    private static final String TOTAL = "experiment.total";

    private static final String DIRECT = "experiment.direct";

    private static final Map<String, HookPoint> POINTS = Map.of(
            "resid_pre", HookPoint.RESID_PRE,
            "attn_out", HookPoint.ATTN_OUT,
            "mlp_out", HookPoint.MLP_OUT,
            "z", HookPoint.Z);

    private final RunStore store;

    ExperimentApi(RunStore store) {
        this.store = store;
    }

    void routes(HttpRules rules) {
        rules.post("/api/experiments", this::experiment);
        rules.post("/api/patching", this::patching);
    }

    static boolean isExperiment(String name) {
        return name.equals(TOTAL) || name.equals(DIRECT) || name.startsWith(PatchingGrid.BACK);
    }

    private void experiment(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.read(request.content().inputStream());
        String before = store.base(text(body, "run"));
        if (!body.path("edits").isArray() || body.path("edits").isEmpty()) {
            throw new Problem(400, "edits: expected a list of at least one, found none");
        }
        RunStore.Spec plain = store.spec(before);
        String after = store.add(new RunStore.Spec(
                plain.checkpoint(), plain.tokens(), body.path("edits").toString()));
        LabModel model = store.model(plain.checkpoint());
        LabApi.send(response, model.inTurn(() -> {
            Thought base = store.run(before);
            Choice choice = choice(body, base);
            Effects effects = Effects.of(base, store.run(after), choice, model.reference());
            return answer(before, after, choice, effects, model);
        }));
    }

    private ObjectNode answer(String before, String after, Choice choice, Effects effects, LabModel model) {
        ViewJson json = new ViewJson(model);
        ObjectNode node = Json.answer().put("before", before).put("after", after);
        node.set("choice", json.choice(choice));
        node.set("next_before", json.next(NextWords.of(store.run(before), choice.position(), ROWS)));
        node.set("next_after", json.next(NextWords.of(store.run(after), choice.position(), ROWS)));
        List<Integer> index = List.of(choice.position(), choice.token(), choice.against());
        node.set("total", ViewJson.figure(new Figure(TOTAL, index, effects.total())));
        if (effects.direct().isPresent()) {
            node.set(
                    "direct",
                    ViewJson.figure(new Figure(DIRECT, index, effects.direct().getAsDouble())));
        }
        node.put("scale_z", effects.unusual());
        node.put("off_distribution", effects.offDistribution());
        return node;
    }

    /** An edited run's figure again. */
    ObjectNode figure(String after, String name, List<Integer> index, String other) {
        if (name.startsWith(PatchingGrid.BACK)) {
            return patched(after, name, index, other);
        }
        if (index.size() != 3) {
            throw new Problem(400, name + ": expected an index of 3 numbers, found " + index.size());
        }
        LabModel model = store.modelOf(after);
        Thought edited = store.run(after);
        if (index.get(0) < 0 || index.get(0) >= edited.length()) {
            throw new Problem(400, name + ": expected a word from 0 to " + (edited.length() - 1));
        }
        Choice choice = new Choice(index.get(0), index.get(1), index.get(2));
        Effects effects = Effects.of(store.run(store.base(after)), edited, choice, model.reference());
        double value = name.equals(TOTAL) ? effects.total() : effects.direct().orElse(Double.NaN);
        boolean total = name.equals(TOTAL);
        return answer(
                name,
                index,
                value,
                total
                        ? "How the lead of the one word over the other changed by the experiment"
                        : "What the changed parts themselves say differently to the assembly",
                total
                        ? "Δ(logit[token] − logit[against]), after less before"
                        : "Δ(part) · (w ⊙ (U[token] − U[against])) / σ, with σ as it was before");
    }

    /** A cell of a patching grid again: {@code other} is the clean run. */
    private ObjectNode patched(String corrupt, String name, List<Integer> i, String other) {
        HookPoint point = POINTS.get(name.substring(PatchingGrid.BACK.length()));
        if (point == null || i.size() != 5) {
            throw new Problem(400, name + ": expected a kind of " + POINTS.keySet() + " and 5 numbers, found others");
        }
        Thought run = store.run(corrupt);
        int cells = point == HookPoint.Z ? run.config().heads() : run.length();
        boolean inside = i.get(0) >= 0 && i.get(0) < run.config().layers() && i.get(1) >= 0 && i.get(1) < cells;
        if (!inside || i.get(2) < 0 || i.get(2) >= run.length()) {
            throw new Problem(400, name + ": expected an index within the grid, found " + i);
        }
        Choice choice = new Choice(i.get(2), i.get(3), i.get(4));
        double value = PatchingGrid.cell(store.run(other), run, point, choice, i.get(0), i.get(1));
        return answer(
                name,
                i,
                value,
                "How far the decision comes back when this place is given what it had in the other text",
                "(F(patched) − F(corrupt)) / (F(clean) − F(corrupt))");
    }

    static ObjectNode answer(String name, List<Integer> index, double value, String story, String formula) {
        ObjectNode node = Json.answer().put("name", name);
        ArrayNode array = node.putArray("index");
        index.forEach(array::add);
        node.put("value", value).put("hook", name);
        String code = name + index.toString().replace(" ", "");
        node.putObject("formula")
                .put("story", story)
                .put("mathematics", formula)
                .put("code", code);
        node.putArray("inputs");
        node.put("input_count", 0);
        return node;
    }

    static String text(ObjectNode body, String field) {
        if (!body.path(field).isString()) {
            throw new Problem(400, field + ": expected a text, found none");
        }
        return body.path(field).stringValue();
    }

    private static Choice choice(ObjectNode body, Thought run) {
        int position = number(body, "position", run.length() - 1, run.length());
        Choice first = Choice.first(run, position);
        int v = run.config().vocabularySize();
        if (body.path("token").isMissingNode()) {
            return first;
        }
        int token = number(body, "token", first.token(), v);
        int otherwise = token == first.token() ? first.against() : first.token();
        if (body.path("against").isInt() && body.path("against").intValue() == Choice.NOTHING) {
            return new Choice(position, token, Choice.NOTHING);
        }
        return new Choice(position, token, number(body, "against", otherwise, v));
    }

    private static int number(ObjectNode body, String field, int otherwise, int count) {
        if (body.path(field).isMissingNode()) {
            return otherwise;
        }
        int found = body.path(field).isInt() ? body.path(field).intValue() : -2;
        if (found < 0 || found >= count) {
            throw new Problem(400, field + ": expected one from 0 to " + (count - 1) + ", found another");
        }
        return found;
    }

    private void patching(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.read(request.content().inputStream());
        String cleanId = text(body, "clean");
        String corruptId = text(body, "corrupt");
        HookPoint point = POINTS.get(text(body, "hook"));
        if (point == null) {
            throw new Problem(400, "hook: expected one of " + POINTS.keySet() + ", found another");
        }
        store.inTurn(cleanId, corruptId, () -> {
            Thought clean = store.run(cleanId);
            Thought corrupt = store.run(corruptId);
            Choice choice = choice(body, clean);
            response.header("Content-Type", "text/event-stream");
            response.header("Cache-Control", "no-store");
            try (OutputStream out = response.outputStream()) {
                PatchingGrid grid = PatchingGrid.of(clean, corrupt, point, choice, row -> row(out, row));
                event(out, "done", Json.answer().put("computed", grid.computed()));
            } catch (IOException e) {
                return false; // nobody listens any more
            }
            return true;
        });
    }

    private static boolean row(OutputStream out, List<Figure> row) {
        ObjectNode node = Json.object();
        ArrayNode cells = node.putArray("cells");
        row.forEach(figure -> cells.add(ViewJson.figure(figure)));
        try {
            event(out, "row", node);
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static void event(OutputStream out, String name, ObjectNode data) throws IOException {
        out.write(("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
