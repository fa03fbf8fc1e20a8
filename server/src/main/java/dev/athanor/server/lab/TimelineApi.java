package dev.athanor.server.lab;

import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.watch.Timeline;
import dev.athanor.microscope.watch.WatchFile;
import dev.athanor.microscope.watch.WatchRecord;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.file.Files;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What was recorded while the first checkpoint learned. */
final class TimelineApi {
    private static final List<String> HEAD =
            List.of("induction", "elsewhere", "previous", "duplicate", "first", "entropy", "effect");

    private final LabModel model;

    TimelineApi(LabModel model) {
        this.model = model;
    }

    /** Whether there is something to show. */
    static boolean has(LabModel model) {
        return Files.isRegularFile(model.path().resolve("watch.jsonl"));
    }

    void routes(HttpRules rules) {
        rules.get("/api/timeline", this::all);
        rules.get("/api/timeline/figure", this::figure);
    }

    private Timeline read() {
        if (!has(model)) {
            throw new Problem(
                    404,
                    "timeline: expected a checkpoint that was watched while it learned, found none; train one with "
                            + "athanor train --watch");
        }
        return WatchFile.read(model.path());
    }

    private void all(ServerRequest request, ServerResponse response) {
        Timeline timeline = read();
        ObjectNode node = Json.answer();
        ArrayNode records = node.putArray("records");
        for (WatchRecord record : timeline.records()) {
            ObjectNode one = records.addObject().put("step", record.step());
            int step = (int) record.step();
            one.set("loss", number(timeline, Timeline.LOSS, step));
            ArrayNode lens = one.putArray("lens");
            for (int state = 0; state < record.lens().size(); state++) {
                lens.add(number(timeline, Timeline.LENS, step, state));
            }
            ArrayNode heads = one.putArray("heads");
            for (WatchRecord.Head head : record.heads()) {
                ObjectNode h = heads.addObject().put("layer", head.layer()).put("head", head.head());
                for (String name : HEAD) {
                    h.set(name, number(timeline, Timeline.HEAD + name, step, head.layer(), head.head()));
                }
            }
        }
        LabApi.send(response, node);
    }

    private static ObjectNode number(Timeline timeline, String name, Integer... index) {
        return ViewJson.figure(find(timeline, name, List.of(index)));
    }

    private static Figure find(Timeline timeline, String name, List<Integer> index) {
        return timeline.figure(name, index)
                .orElseThrow(() ->
                        new Problem(400, name + ": expected a number that was recorded at a step, found " + index));
    }

    private void figure(ServerRequest request, ServerResponse response) {
        Query query = new Query(request);
        String name = query.text("name");
        List<Integer> index = query.numbers("index");
        Figure figure = find(read(), name, index);
        ObjectNode node = ViewJson.figure(figure).put("version", 1).put("hook", name);
        node.putObject("formula")
                .put("story", "What was written down while the model learned, at step " + index.getFirst())
                .put("mathematics", name.equals(Timeline.LOSS) ? "mean −ln p(next) on the probe texts" : name)
                .put("code", "watch.jsonl: " + name + index.toString().replace(" ", ""));
        node.putArray("inputs");
        node.put("input_count", 0);
        LabApi.send(response, node);
    }
}
