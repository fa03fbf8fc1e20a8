package dev.athanor.cli;

import dev.athanor.microscope.score.HeadScores;
import dev.athanor.microscope.watch.Birth;
import dev.athanor.microscope.watch.Timeline;
import dev.athanor.microscope.watch.WatchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ObjectNode;

/** A timeline as lines of text, or as one JSON object. */
final class TimelinePage {
    /** From least to most. */
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";

    /** Columns of a curve; more records than these are thinned. */
    private static final int COLUMNS = 32;

    private TimelinePage() {}

    /** One sentence per head that took a role, or the one that says that none did. */
    static List<String> births(Timeline timeline) {
        List<String> sentences = new ArrayList<>();
        Birth.of(timeline).forEach(birth -> sentences.add(birth.sentence()));
        if (sentences.isEmpty()) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "no head has a clear role: none gives %.0f %% of its attention, on repeated random tokens, to one place",
                    100 * HeadScores.ROLE));
        }
        return sentences;
    }

    static List<String> lines(Timeline timeline) {
        List<String> lines = new ArrayList<>();
        List<WatchRecord> records = timeline.records();
        if (records.isEmpty()) {
            return List.of("Nothing was recorded yet.");
        }
        List<WatchRecord> shown = thinned(records);
        lines.add(String.format(
                Locale.ROOT,
                "%d records from step %d to %d, on %d fixed tokens of the validation text; curves show %d of them.",
                records.size(),
                records.getFirst().step(),
                records.getLast().step(),
                timeline.header().counted(),
                shown.size()));
        lines.add("Steps shown: "
                + String.join(" ", shown.stream().map(r -> "" + r.step()).toList()));
        lines.add("");
        lines.add("Loss, nats             first    last");
        lines.add(row("  the model", shown, WatchRecord::loss));
        for (int state = 0; state < records.getFirst().lens().size(); state++) {
            int s = state;
            lines.add(row(state(s, "  lens "), shown, r -> r.lens().get(s)));
        }
        lines.add("Length of the states");
        for (int state = 0; state < records.getFirst().norms().size(); state++) {
            int s = state;
            lines.add(row(state(s, "  "), shown, r -> r.norms().get(s)));
        }
        for (int head = 0; head < records.getFirst().heads().size(); head++) {
            head(lines, shown, head);
        }
        lines.add("");
        lines.addAll(births(timeline));
        lines.add("A score says where a head looks, not what it is good for: that is what taking it out costs.");
        return lines;
    }

    private static String state(int state, String before) {
        return before + (state == 0 ? "embedding" : "after layer " + (state - 1));
    }

    private static void head(List<String> lines, List<WatchRecord> shown, int head) {
        WatchRecord.Head last = shown.getLast().heads().get(head);
        lines.add("Head " + last.layer() + "." + last.head());
        lines.add(row("  induction", shown, r -> r.heads().get(head).induction(), 1));
        lines.add(row("  other repeats", shown, r -> r.heads().get(head).elsewhere(), 1));
        lines.add(row("  previous token", shown, r -> r.heads().get(head).previous(), 1));
        lines.add(row("  duplicate token", shown, r -> r.heads().get(head).duplicate(), 1));
        lines.add(row("  first token", shown, r -> r.heads().get(head).first(), 1));
        lines.add(row("  entropy, nats", shown, r -> r.heads().get(head).entropy()));
        lines.add(row("  cost if taken out", shown, r -> r.heads().get(head).effect()));
    }

    /** A curve between its own least and most. */
    private static String row(String name, List<WatchRecord> shown, ToDoubleFunction<WatchRecord> value) {
        return row(name, shown, value, Double.NaN);
    }

    /** @param most what a full column stands for, from 0; NaN for the curve's own least and most */
    private static String row(String name, List<WatchRecord> shown, ToDoubleFunction<WatchRecord> value, double most) {
        double[] values = shown.stream().mapToDouble(value).toArray();
        double low = Double.isNaN(most) ? least(values) : 0;
        double high = Double.isNaN(most) ? -least(negated(values)) : most;
        StringBuilder curve = new StringBuilder();
        for (double v : values) {
            double share = high > low ? (v - low) / (high - low) : 0;
            int level = (int) Math.min(BLOCKS.length() - 1, Math.max(0, share * BLOCKS.length()));
            curve.append(BLOCKS.charAt(level));
        }
        return String.format(Locale.ROOT, "%-20s %7.3f %7.3f  %s", name, values[0], values[values.length - 1], curve);
    }

    private static double least(double[] values) {
        double least = values[0];
        for (double v : values) {
            least = Math.min(least, v);
        }
        return least;
    }

    private static double[] negated(double[] values) {
        double[] negated = values.clone();
        for (int i = 0; i < negated.length; i++) {
            negated[i] = -negated[i];
        }
        return negated;
    }

    /** At most {@link #COLUMNS} records, the first and the last among them. */
    private static List<WatchRecord> thinned(List<WatchRecord> records) {
        if (records.size() <= COLUMNS) {
            return records;
        }
        List<WatchRecord> shown = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            shown.add(records.get((int) ((long) i * (records.size() - 1) / (COLUMNS - 1))));
        }
        return shown;
    }

    static ObjectNode json(Timeline timeline) {
        ObjectNode node = Json.object();
        node.put("version", timeline.header().version());
        node.putPOJO("header", timeline.header());
        node.putPOJO("records", timeline.records());
        var births = node.putArray("births");
        for (Birth birth : Birth.of(timeline)) {
            var b = births.addObject();
            b.put("role", birth.role().name().toLowerCase(Locale.ROOT));
            b.put("layer", birth.born().layer());
            b.put("head", birth.born().head());
            b.put("step", birth.step());
            b.put("counts_back", birth.counts());
            b.put("score", birth.born().score());
            b.put("effect", birth.born().effect());
            b.put("sentence", birth.sentence());
        }
        return node;
    }
}
