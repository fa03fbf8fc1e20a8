package dev.athanor.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code report.html}: curves, the end and every setting of a run in one page that asks no other host for anything. */
final class Report {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 220;
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Report() {}

    private record Point(double x, double y) {}

    static void write(Path directory, TrainingRun.Options options, Preset preset, TrainingResult result) {
        List<JsonNode> metrics = Metrics.read(directory.resolve("metrics.jsonl"));
        String page = """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>Training report</title>
                <style>
                :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
                body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
                table { border-collapse: collapse; } td, th { padding: .2rem 1rem .2rem 0; text-align: left; }
                svg { width: 100%; height: auto; } text { fill: currentColor; font-size: 11px; }
                .train { stroke: #2a78c8; } .validation { stroke: #d9661f; } .axis { stroke: currentColor; opacity: .4; }
                polyline { fill: none; stroke-width: 1.6; } pre { overflow: auto; }
                </style></head><body>
                <h1>Training report</h1>
                """
                + summary(result)
                + "<h2>Loss, nats per token</h2><p>Blue: training. Orange: validation.</p>"
                + chart(List.of(series(metrics, "loss"), series(metrics, "val_loss")), List.of("train", "validation"))
                + "<h2>Learning rate, share of the base rate</h2>"
                + chart(List.of(series(metrics, "learning_rate")), List.of("train"))
                + "<h2>Gradient norm</h2>" + chart(List.of(series(metrics, "gradient_norm")), List.of("train"))
                + "<h2>Tokens per second</h2>" + chart(List.of(series(metrics, "tokens_per_second")), List.of("train"))
                + "<h2>Settings</h2><pre>" + escape(MAPPER.writeValueAsString(options)) + "\n"
                + escape(MAPPER.writeValueAsString(preset)) + "</pre></body></html>\n";
        try {
            Files.writeString(directory.resolve("report.html"), page, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.resolve("report.html") + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static String summary(TrainingResult r) {
        return "<table>" + row("Steps", String.valueOf(r.steps())) + row("Time", number(r.seconds()) + " s")
                + row("Parameters", String.valueOf(r.parameters())) + row("Training loss", number(r.trainLoss()))
                + row("Validation loss", number(r.validationLoss())) + row("Validation bits per byte", number(r.validationBitsPerByte()))
                + "</table>";
    }

    private static String row(String name, String value) {
        return "<tr><th scope=\"row\">" + name + "</th><td>" + value + "</td></tr>";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static List<Point> series(List<JsonNode> metrics, String field) {
        List<Point> points = new ArrayList<>();
        for (JsonNode node : metrics) {
            if (node.path(field).isNumber()) {
                points.add(new Point(node.path("step").asDouble(), node.path(field).asDouble()));
            }
        }
        return points;
    }

    private static String chart(List<List<Point>> lines, List<String> classes) {
        double right = 1;
        double top = Double.NEGATIVE_INFINITY;
        double bottom = Double.POSITIVE_INFINITY;
        for (List<Point> line : lines) {
            for (Point p : line) {
                right = Math.max(right, p.x);
                top = Math.max(top, p.y);
                bottom = Math.min(bottom, p.y);
            }
        }
        if (top < bottom) {
            return "<p>Nothing was measured.</p>";
        }
        double range = top > bottom ? top - bottom : 1;
        StringBuilder svg = new StringBuilder("<svg viewBox=\"-60 -10 " + (WIDTH + 70) + " " + (HEIGHT + 40) + "\" role=\"img\">");
        svg.append("<path class=\"axis\" fill=\"none\" d=\"M0 0V" + HEIGHT + "H" + WIDTH + "\"/>");
        svg.append("<text x=\"-56\" y=\"8\">" + number(top) + "</text><text x=\"-56\" y=\"" + HEIGHT + "\">" + number(bottom) + "</text>");
        svg.append("<text x=\"" + (WIDTH - 60) + "\" y=\"" + (HEIGHT + 18) + "\">step " + (long) right + "</text>");
        for (int i = 0; i < lines.size(); i++) {
            List<Point> line = lines.get(i);
            svg.append("<polyline class=\"" + classes.get(i) + "\" points=\"");
            int stride = Math.max(1, line.size() / WIDTH);
            for (int j = 0; j < line.size(); j += stride) {
                Point p = line.get(j);
                svg.append(String.format(
                        Locale.ROOT, "%.1f,%.1f ", p.x / right * WIDTH, (top - p.y) / range * HEIGHT));
            }
            svg.append("\"/>");
        }
        return svg.append("</svg>").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
