package dev.athanor.server.lab;

import dev.athanor.microscope.sense.NearestOccurrences;
import dev.athanor.microscope.view.Thought;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Where else the tales have a word of the text, and which of these places are most like it, layer by layer. */
final class SenseApi {
    /** Tales that are read for one word, and their seed: other tales than those a model usually learns from. */
    private static final int STORIES = 400;

    private static final long SEED = 2;

    private static final int TOP = 3;

    /** Words whose places are kept. */
    private static final int KEPT = 8;

    private final RunStore store;
    private final Map<String, NearestOccurrences> kept = new LinkedHashMap<>(16, 0.75f, true);

    SenseApi(RunStore store) {
        this.store = store;
    }

    void routes(HttpRules rules) {
        rules.get("/api/runs/{run}/senses", this::senses);
    }

    private void senses(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        LabModel model = store.modelOf(query.run());
        LabApi.send(response, model.inTurn(() -> {
            Thought run = store.run(query.run());
            int position = model.lastPiece(run.tokens(), query.position(run)); // a word is known at its end
            NearestOccurrences places = places(query.run(), model, run, position);
            ObjectNode node = Json.answer().put("position", position).put("word", model.wordAt(run.tokens(), position));
            node.put("occurrences", places.occurrences().size());
            ArrayNode states = node.putArray("states");
            for (List<NearestOccurrences.Near> near : places.of(run, position, TOP)) {
                ArrayNode rows = states.addObject().putArray("nearest");
                for (NearestOccurrences.Near one : near) {
                    ObjectNode row = rows.addObject();
                    row.put("meaning", one.occurrence().meaning());
                    row.put("sentence", one.occurrence().sentence());
                    row.set("similarity", ViewJson.figure(one.similarity()));
                }
            }
            return node;
        }));
    }

    /** A similarity again. */
    ObjectNode figure(String id, List<Integer> index) {
        Thought run = store.run(id);
        boolean inside = index.size() == 3
                && index.get(0) >= 0
                && index.get(0) <= run.config().layers()
                && index.get(1) >= 0
                && index.get(1) < run.length();
        if (!inside) {
            throw new Problem(400, NearestOccurrences.NAME + ": expected a state, a word and a place, found " + index);
        }
        NearestOccurrences places = places(id, store.modelOf(id), run, index.get(1));
        int place = index.get(2);
        if (place < 0 || place >= places.occurrences().size()) {
            throw new Problem(
                    400,
                    NearestOccurrences.NAME + ": expected a place from 0 to "
                            + (places.occurrences().size() - 1) + ", found " + place);
        }
        double value = places.similarity(run, index.get(0), index.get(1), place).value();
        return ExperimentApi.answer(
                NearestOccurrences.NAME,
                index,
                value,
                "How much this word's state points the way of the same word's in “"
                        + places.occurrences().get(place).sentence() + "”",
                "cos(x − mean, y − mean), with the mean over all places where the tales have this word");
    }

    private NearestOccurrences places(String id, LabModel model, Thought run, int position) {
        String word = model.wordAt(run.tokens(), position).toLowerCase(Locale.ROOT);
        if (word.isEmpty() || !word.chars().allMatch(Character::isLetter)) {
            throw new Problem(400, "senses: expected a word of letters, found none here; choose a word of the text");
        }
        String key = store.spec(id).checkpoint() + " " + word;
        NearestOccurrences found = kept.get(key);
        if (found == null) {
            found = NearestOccurrences.read(model.microscope(), model.tokenizer(), word, SEED, STORIES);
            kept.put(key, found);
            if (kept.size() > KEPT) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
        return found;
    }
}
