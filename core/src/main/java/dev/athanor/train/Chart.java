package dev.athanor.train;

import java.util.List;
import java.util.Locale;

/** A line chart as inline SVG. What it shows stands in a table beside it for those who cannot see it. */
final class Chart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 220;
    private static final int TICKS = 4;

    private Chart() {}

    /**
     * One line.
     *
     * @param kind CSS class that colours it
     */
    record Line(String label, String kind, List<Point> points) {}

    record Point(double x, double y) {}

    /** The chart of {@code lines} over steps; {@code title} is read aloud. */
    static String of(String title, List<Line> lines) {
        List<Point> all = lines.stream().flatMap(line -> line.points.stream()).toList();
        if (all.isEmpty()) {
            return "<p>Nothing was measured yet.</p>";
        }
        double right = Math.max(1, all.stream().mapToDouble(Point::x).max().orElse(1));
        double low = all.stream().mapToDouble(Point::y).min().orElse(0);
        double high = all.stream().mapToDouble(Point::y).max().orElse(1);
        double bottom = low == high ? low - Math.max(Math.abs(low), 1e-9) : low;
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg viewBox=\"-70 -12 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH + 90, HEIGHT + 44, Html.escape(title)));
        for (int i = 0; i <= TICKS; i++) {
            double y = HEIGHT * (1 - (double) i / TICKS);
            svg.append(format("<path class=\"grid\" d=\"M0 %.1fH%d\"/>", y, WIDTH));
            svg.append(format(
                    "<text x=\"-8\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    y + 4, number(bottom + (high - bottom) * i / TICKS)));
            double x = (double) WIDTH * i / TICKS;
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>", x, HEIGHT + 18, right * i / TICKS));
        }
        for (Line line : lines) {
            append(svg, line, right, bottom, high);
        }
        return svg.append("</svg>").toString();
    }

    private static void append(StringBuilder svg, Line line, double right, double bottom, double high) {
        // More points than pixels only make the page heavier; the newest point is always drawn.
        int stride = Math.max(1, line.points.size() / WIDTH);
        svg.append("<polyline class=\"").append(line.kind).append("\" points=\"");
        for (int i = (line.points.size() - 1) % stride; i < line.points.size(); i += stride) {
            Point p = line.points.get(i);
            svg.append(format("%.1f,%.1f ", p.x / right * WIDTH, (high - p.y) / (high - bottom) * HEIGHT));
        }
        svg.append("\"><title>").append(Html.escape(line.label)).append("</title></polyline>");
    }

    static String number(double value) {
        double size = Math.abs(value);
        return size != 0 && size < 1e-3
                ? format("%.2e", value)
                : size >= 1000 ? format("%,.0f", value) : format("%.4f", value);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
