package dev.athanor.server.lab;

import dev.athanor.microscope.compare.Alignment;
import dev.athanor.microscope.compare.HeadDifference;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Thought;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Two runs side by side; for two checkpoints also how alike they arrange words and fill the flasks of each head. */
final class CompareApi {
    private static final int ROWS = 8;

    private final RunStore store;

    CompareApi(RunStore store) {
        this.store = store;
    }

    void routes(HttpRules rules) {
        rules.post("/api/compare", this::compare);
    }

    private void compare(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.read(request.content().inputStream());
        if (body.path("runs").size() != 2) {
            throw new Problem(
                    400, "runs: expected two, found " + body.path("runs").size());
        }
        String a = body.path("runs").get(0).asString("");
        String b = body.path("runs").get(1).asString("");
        LabApi.send(response, store.inTurn(a, b, () -> {
            ObjectNode node = Json.answer();
            ArrayNode sides = node.putArray("sides");
            for (String id : List.of(a, b)) {
                Thought run = store.run(id);
                ObjectNode side = sides.addObject().put("run", id);
                side.set("next", new ViewJson(store.modelOf(id)).next(NextWords.of(run, run.length() - 1, ROWS)));
            }
            if (store.modelOf(a) != store.modelOf(b)) {
                checkpoints(node, a, b);
            }
            return node;
        }));
    }

    private void checkpoints(ObjectNode node, String a, String b) {
        LabModel first = store.modelOf(a);
        LabModel second = store.modelOf(b);
        int v = Math.min(first.config().vocabularySize(), second.config().vocabularySize());
        List<int[]> texts = first.reference().texts().stream()
                .filter(text -> Arrays.stream(text).allMatch(token -> token < v))
                .toList();
        ArrayNode cka = node.putArray("cka");
        Alignment.cka(first.microscope(), second.microscope(), texts).forEach(cka::add);
        if (!HeadDifference.comparable(store.run(a), store.run(b))) {
            return;
        }
        ArrayNode heads = node.putArray("heads");
        for (HeadDifference head : HeadDifference.of(store.run(a), store.run(b))) {
            ObjectNode one = heads.addObject().put("layer", head.layer()).put("head", head.head());
            one.set("variation", ViewJson.figure(head.variation()));
        }
    }

    /** A head's difference again. */
    ObjectNode figure(String run, List<Integer> index, String other) {
        Thought a = store.run(run);
        boolean inside = index.size() == 2
                && index.get(0) >= 0
                && index.get(0) < a.config().layers()
                && index.get(1) >= 0
                && index.get(1) < a.config().heads();
        if (!inside) {
            throw new Problem(400, HeadDifference.NAME + ": expected a layer and a head, found " + index);
        }
        double value = HeadDifference.of(a, store.run(other), index.get(0), index.get(1))
                .variation()
                .value();
        return ExperimentApi.answer(
                HeadDifference.NAME,
                index,
                value,
                "How differently this alchemist fills its flasks in the two checkpoints: the share poured from elsewhere",
                "mean over words of ½ Σ |pattern − pattern′|");
    }
}
