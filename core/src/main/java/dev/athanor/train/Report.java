package dev.athanor.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code report.html}: curves, samples, the end and every setting of a run in one page that asks no other host for
 * anything and runs no script.
 */
final class Report {
    private static final JsonMapper MAPPER = new JsonMapper();

    /** Evaluations listed; a long run shows every n-th. */
    private static final int ROWS = 40;

    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Training report</title>
            <style>
            :root { color-scheme: light dark; --train: #1f66b0; --validation: #b3470c; font: 16px/1.5 system-ui, sans-serif; }
            @media (prefers-color-scheme: dark) { :root { --train: #7db7f0; --validation: #f0a070; } }
            body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; }
            td, th { padding: .15rem 1.2rem .15rem 0; text-align: left; vertical-align: top; font-variant-numeric: tabular-nums; }
            svg { width: 100%; height: auto; }
            svg text { fill: currentColor; font-size: 11px; }
            .grid { stroke: currentColor; opacity: .2; fill: none; }
            polyline { fill: none; stroke-width: 1.6; stroke: var(--train); }
            polyline.validation { stroke: var(--validation); stroke-width: 2.4; }
            .key { display: inline-block; width: 1.4em; height: .25em; vertical-align: middle; background: var(--train); }
            .key.validation { background: var(--validation); }
            blockquote { margin: .5rem 0 1.2rem; padding-left: 1rem; border-left: 3px solid; white-space: pre-wrap; }
            </style></head><body>
            <h1>Training report</h1>
            """;

    private Report() {}

    /** Writes the page beside {@code metrics.jsonl}; {@code result} is there once the run has ended. */
    static void write(Path directory, TrainingRun.Options options, Preset preset, Optional<TrainingResult> result) {
        List<JsonNode> metrics = Metrics.read(directory.resolve("metrics.jsonl"));
        String page = HEAD.replace("</style>", WatchCurves.STYLE + "</style>")
                + summary(metrics, result)
                + "<h2>Loss, nats per token</h2><p><span class=\"key\"></span> training &ensp; "
                + "<span class=\"key validation\"></span> validation</p>"
                + chart("Loss over steps", metrics, List.of("loss", "val_loss"))
                + evaluations(metrics)
                + WatchCurves.of(directory)
                + samples(metrics)
                + "<h2>Learning rate</h2>" + chart("Learning rate over steps", metrics, List.of("learning_rate"))
                + "<h2>Gradient norm before clipping</h2>"
                + chart("Gradient norm over steps", metrics, List.of("gradient_norm"))
                + "<h2>Tokens per second</h2>"
                + chart("Tokens per second over steps", metrics, List.of("tokens_per_second"))
                + "<h2>Settings</h2><table>" + settings("", MAPPER.valueToTree(options))
                + settings("", MAPPER.valueToTree(preset))
                + row("java", Runtime.version().toString())
                + row(
                        "machine",
                        System.getProperty("os.name") + ", " + System.getProperty("os.arch") + ", "
                                + Runtime.getRuntime().availableProcessors() + " processors")
                + "</table></body></html>\n";
        WholeFile.write(directory.resolve("report.html"), page);
    }

    private static String summary(List<JsonNode> metrics, Optional<TrainingResult> result) {
        if (result.isEmpty()) {
            long step = metrics.isEmpty() ? 0 : metrics.getLast().path("step").asLong();
            return "<p>Still training, or stopped without an end: step " + step + ".</p>";
        }
        TrainingResult r = result.get();
        String scope = r.interrupted() ? " (evaluation windows)" : " (all validation text)";
        return (r.interrupted() ? "<p>Interrupted before its budget was used; it can be resumed.</p>" : "")
                + "<table>" + row("Steps", String.valueOf(r.steps()))
                + row("Time", Chart.number(r.seconds()) + " s")
                + row("Parameters", String.format(Locale.ROOT, "%,d", r.parameters()))
                + row("Training loss, smoothed", Chart.number(r.trainLoss()))
                + row("Validation loss" + scope, Chart.number(r.validationLoss()))
                + row("Validation bits per byte", Chart.number(r.validationBitsPerByte())) + "</table>";
    }

    private static String chart(String title, List<JsonNode> metrics, List<String> fields) {
        List<Chart.Line> lines = new ArrayList<>();
        for (String field : fields) {
            List<Chart.Point> points = metrics.stream()
                    .filter(node -> node.path(field).isNumber())
                    .map(node -> new Chart.Point(
                            node.path("step").asDouble(), node.path(field).asDouble()))
                    .toList();
            lines.add(new Chart.Line(field, field.startsWith("val") ? "validation" : "train", points));
        }
        return Chart.of(title, lines);
    }

    private static String evaluations(List<JsonNode> metrics) {
        List<JsonNode> evaluated = metrics.stream()
                .filter(node -> node.path("val_loss").isNumber())
                .toList();
        if (evaluated.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder(
                "<details><summary>Evaluations as a table</summary><table><tr><th scope=\"col\">Step</th>"
                        + "<th scope=\"col\">Seconds</th><th scope=\"col\">Training loss</th><th scope=\"col\">Validation loss</th></tr>");
        int stride = (evaluated.size() + ROWS - 1) / ROWS;
        for (int i = (evaluated.size() - 1) % stride; i < evaluated.size(); i += stride) {
            JsonNode node = evaluated.get(i);
            table.append("<tr><td>").append(node.path("step").asLong());
            for (String field : List.of("seconds", "loss", "val_loss")) {
                table.append("</td><td>").append(Chart.number(node.path(field).asDouble()));
            }
            table.append("</td></tr>");
        }
        return table.append("</table></details>").toString();
    }

    private static String samples(List<JsonNode> metrics) {
        StringBuilder html = new StringBuilder();
        for (JsonNode node : metrics) {
            if (node.path("sample").isString()) {
                html.append("<p>After step ")
                        .append(node.path("step").asLong())
                        .append(":</p><blockquote>")
                        .append(Html.escape(node.path("sample").asString()))
                        .append("</blockquote>");
            }
        }
        return html.isEmpty() ? "" : "<h2>What it wrote</h2>" + html;
    }

    /** Every leaf of a settings tree as one row, named by its path. */
    private static String settings(String path, JsonNode node) {
        if (!node.isObject()) {
            return row(path, node.isString() ? node.asString() : node.toString());
        }
        StringBuilder rows = new StringBuilder();
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            rows.append(settings(path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue()));
        }
        return rows.toString();
    }

    private static String row(String name, String value) {
        return "<tr><th scope=\"row\">" + Html.escape(name) + "</th><td>" + Html.escape(value) + "</td></tr>";
    }
}
