package dev.athanor.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;

/** What was recorded of the heads in {@code watch.jsonl}, as curves for the report; nothing where nobody watched. */
final class WatchCurves {
    /** Colours that can be told from each other; the heads with the largest effect are drawn. */
    private static final int LINES = 6;

    static final String STYLE = """
            polyline.c0 { stroke: #1f66b0; } polyline.c1 { stroke: #b3470c; } polyline.c2 { stroke: #3f7d20; }
            polyline.c3 { stroke: #8a3fa0; } polyline.c4 { stroke: #967000; stroke-dasharray: 6 3; } polyline.c5 { stroke: #707070; stroke-dasharray: 2 3; }
            @media (prefers-color-scheme: dark) {
            polyline.c0 { stroke: #7db7f0; } polyline.c1 { stroke: #f0a070; } polyline.c2 { stroke: #98d070; }
            polyline.c3 { stroke: #d09ae8; } polyline.c4 { stroke: #e0c050; } polyline.c5 { stroke: #b0b0b0; } }
            """;

    private WatchCurves() {}

    static String of(Path directory) {
        List<JsonNode> records = Metrics.read(directory.resolve("watch.jsonl")).stream()
                .filter(node ->
                        node.path("heads").isArray() && node.path("step").isNumber())
                .filter(node -> !node.path("heads").isEmpty())
                .toList();
        if (records.isEmpty()) {
            return "";
        }
        JsonNode last = records.getLast();
        List<Integer> heads = heads(last);
        List<String> names = heads.stream()
                .map(i -> last.path("heads").get(i))
                .map(h ->
                        "head " + h.path("layer").asInt() + "." + h.path("head").asInt())
                .toList();
        List<Integer> states = new ArrayList<>();
        List<String> after = new ArrayList<>();
        for (int i = 0; i < Math.min(LINES, last.path("lens").size()); i++) {
            // Of a deep model the first state, the last, and some between.
            int state = last.path("lens").size() <= LINES
                    ? i
                    : i * (last.path("lens").size() - 1) / (LINES - 1);
            states.add(state);
            after.add(state == 0 ? "embedding" : "after layer " + (state - 1));
        }
        return "<h2>Watched</h2><p>On a fixed probe batch; of many heads those are drawn that cost most to take out at the end.</p>"
                + curves("Loss of the logit lens, nats", after, states, records, "lens", "")
                + curves("Induction score", names, heads, records, "heads", "induction")
                + curves("Previous-token score", names, heads, records, "heads", "previous")
                + curves("Cost of taking the head out, nats", names, heads, records, "heads", "effect")
                + table(names, heads, last);
    }

    private static List<Integer> heads(JsonNode last) {
        List<Integer> heads = new ArrayList<>();
        for (int i = 0; i < last.path("heads").size(); i++) {
            heads.add(i);
        }
        heads.sort(Comparator.comparingDouble(
                i -> -last.path("heads").get(i).path("effect").asDouble()));
        return heads.subList(0, Math.min(LINES, heads.size()));
    }

    private static String curves(
            String title, List<String> names, List<Integer> places, List<JsonNode> records, String list, String field) {
        StringBuilder keys = new StringBuilder();
        List<Chart.Line> lines = new ArrayList<>();
        for (int line = 0; line < places.size(); line++) {
            int place = places.get(line);
            ToDoubleFunction<JsonNode> value = node -> {
                JsonNode at = node.path(list).path(place);
                return (field.isEmpty() ? at : at.path(field)).asDouble();
            };
            List<Chart.Point> points = records.stream()
                    .map(node -> new Chart.Point(node.path("step").asDouble(), value.applyAsDouble(node)))
                    .toList();
            lines.add(new Chart.Line(names.get(line), "c" + line, points));
            keys.append("<svg style=\"width:2em;height:.6em\" viewBox=\"0 0 20 6\" aria-hidden=\"true\">"
                            + "<polyline class=\"c")
                    .append(line)
                    .append("\" points=\"0,3 20,3\"/></svg> ")
                    .append(Html.escape(names.get(line)))
                    .append(" &ensp; ");
        }
        return "<h3>" + Html.escape(title) + "</h3><p>" + keys + "</p>" + Chart.of(title + " over steps", lines);
    }

    private static String table(List<String> names, List<Integer> heads, JsonNode last) {
        StringBuilder table = new StringBuilder("<details><summary>The last record as a table</summary><table><tr>");
        List<String> fields = List.of("induction", "elsewhere", "previous", "duplicate", "first", "entropy", "effect");
        table.append("<th scope=\"col\">Head</th>");
        fields.forEach(f -> table.append("<th scope=\"col\">").append(f).append("</th>"));
        for (int i = 0; i < heads.size(); i++) {
            JsonNode head = last.path("heads").get(heads.get(i));
            table.append("</tr><tr><td>").append(Html.escape(names.get(i)));
            fields.forEach(f ->
                    table.append("</td><td>").append(Chart.number(head.path(f).asDouble())));
            table.append("</td>");
        }
        return table.append("</tr></table></details>").toString();
    }
}
