package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.Conversion;
import dev.athanor.checkpoint.gguf.TensorChange;
import dev.athanor.tensor.DType;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs a conversion with progress and notes on standard error, and shows what became of the tensors. */
final class ConversionReport {
    /** Tensors of one role and one change, in all blocks. */
    private static final class Row {
        private final TensorChange first;
        private int tensors;
        private long elements;
        private long before;
        private long after;
        private double squaredError;

        Row(TensorChange first) {
            this.first = first;
        }

        void add(TensorChange change) {
            tensors++;
            elements += change.elements();
            before += change.bytesBefore();
            after += change.bytesAfter();
            squaredError += change.squaredError();
        }

        double rms() {
            return Math.sqrt(squaredError / elements);
        }

        String types() {
            return first.before() == first.after() ? first.after().name() : first.before() + " to " + first.after();
        }
    }

    private ConversionReport() {}

    /** Converts. */
    static Conversion.Result run(Path from, Path to, Optional<DType> type) {
        ByteProgress progress = new ByteProgress(System.err, Terminal.onStandardError());
        Conversion.Result result = Conversion.run(from, to, type, progress);
        progress.finish();
        result.notes().forEach(note -> System.err.println("athanor: " + note));
        reasons(result).forEach(reason -> System.err.println("athanor: " + reason));
        return result;
    }

    /** Bytes of all tensors of the new file. */
    static long size(Conversion.Result result) {
        return result.tensors().stream().mapToLong(TensorChange::bytesAfter).sum();
    }

    /** One sentence for each type that is not the one asked for. */
    static Set<String> reasons(Conversion.Result result) {
        Set<String> sentences = new TreeSet<>();
        for (TensorChange change : result.tensors()) {
            if (!change.reason().isEmpty()) {
                sentences.add(change.group() + " is stored as " + change.after() + ": " + change.reason());
            }
        }
        return sentences;
    }

    private static List<Row> rows(Conversion.Result result) {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (TensorChange change : result.tensors()) {
            rows.computeIfAbsent(change.group() + " " + change.before() + " " + change.after(), key -> new Row(change))
                    .add(change);
        }
        return new ArrayList<>(rows.values());
    }

    /** The table of {@code athanor quantize}: sizes and errors of tensors of one kind together. */
    static void table(PrintStream out, Conversion.Result result) {
        out.printf(
                Locale.ROOT,
                "%-28s %7s  %-13s %12s %12s  %s%n",
                "tensors",
                "count",
                "type",
                "before",
                "after",
                "RMS error");
        long before = 0;
        long after = 0;
        for (Row row : rows(result)) {
            out.printf(
                    Locale.ROOT,
                    "%-28s %7d  %-13s %12s %12s  %s%n",
                    row.first.group(),
                    row.tensors,
                    row.types(),
                    megabytes(row.before),
                    megabytes(row.after),
                    row.squaredError == 0 ? "0" : String.format(Locale.ROOT, "%.2e", row.rms()));
            before += row.before;
            after += row.after;
        }
        out.printf(
                Locale.ROOT,
                "%-28s %7d  %-13s %12s %12s  %.1f %% of the size%n",
                "all",
                result.tensors().size(),
                "",
                megabytes(before),
                megabytes(after),
                100.0 * after / before);
    }

    /** Sizes and errors of tensors of one kind together. */
    static ObjectNode json(Path to, Conversion.Result result) {
        ObjectNode node = Json.object();
        node.put("path", to.toString());
        node.put("tensor_bytes", size(result));
        ArrayNode groups = node.putArray("tensors");
        for (Row row : rows(result)) {
            ObjectNode group = groups.addObject();
            group.put("name", row.first.group());
            group.put("count", row.tensors);
            group.put("type_before", row.first.before().name());
            group.put("type_after", row.first.after().name());
            group.put("bytes_before", row.before);
            group.put("bytes_after", row.after);
            Json.put(group, "rms_error", row.rms());
        }
        ArrayNode notes = node.putArray("notes");
        result.notes().forEach(notes::add);
        return node;
    }

    /** Three digits of a million bytes. */
    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < 10_000_000 ? "%.3f MB" : "%.1f MB", bytes / 1e6);
    }
}
