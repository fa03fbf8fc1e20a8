package dev.athanor.microscope.watch;

import dev.athanor.microscope.view.Figure;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that was recorded of a run.
 *
 * @param records in the order of their steps
 */
public record Timeline(Header header, List<WatchRecord> records) {
    /** Names of the numbers, each with the step and then the index of its place. */
    public static final String LOSS = "watch.loss";

    public static final String LENS = "watch.lens";
    public static final String NORM = "watch.norm";

    /** Before the names of a head's numbers, index [step, layer, head]. */
    public static final String HEAD = "watch.head.";

    /**
     * The first line of the file.
     *
     * @param format {@code athanor-watch}
     * @param every see {@link WatchSettings}
     * @param rows sequences of the probe batch, which are the same at every step
     * @param length tokens of each
     * @param counted tokens that are predicted
     * @param fields what the numbers of a record are
     */
    public record Header(
            String format,
            int version,
            int layers,
            int heads,
            long every,
            double cost,
            boolean checkpoints,
            int rows,
            int length,
            long counted,
            Map<String, String> fields) {
        public Header {
            fields = Map.copyOf(fields);
        }

        WatchSettings settings() {
            return new WatchSettings(every, cost, checkpoints);
        }
    }

    public Timeline {
        records = List.copyOf(records);
    }

    /** The record of a step. */
    public Optional<WatchRecord> at(long step) {
        return records.stream().filter(r -> r.step() == step).findFirst();
    }

    /**
     * A number by its name and index: {@code watch.loss} [step], {@code watch.lens} and {@code watch.norm} [step,
     * state], {@code watch.head.NAME} [step, layer, head] with the names of {@link WatchRecord.Head}.
     */
    public Optional<Figure> figure(String name, List<Integer> index) {
        if (index.isEmpty()) {
            return Optional.empty();
        }
        return at(index.getFirst()).flatMap(r -> value(r, name, index)).map(v -> new Figure(name, index, v));
    }

    private static Optional<Double> value(WatchRecord r, String name, List<Integer> index) {
        return switch (name) {
            case LOSS -> index.size() == 1 ? Optional.of(r.loss()) : Optional.empty();
            case LENS -> state(r.lens(), index);
            case NORM -> state(r.norms(), index);
            default ->
                index.size() == 3
                        ? r.heads().stream()
                                .filter(h -> h.layer() == index.get(1) && h.head() == index.get(2))
                                .findFirst()
                                .flatMap(h -> ofHead(h, name))
                        : Optional.empty();
        };
    }

    private static Optional<Double> state(List<Double> values, List<Integer> index) {
        return index.size() == 2 && index.get(1) >= 0 && index.get(1) < values.size()
                ? Optional.of(values.get(index.get(1)))
                : Optional.empty();
    }

    private static Optional<Double> ofHead(WatchRecord.Head h, String name) {
        return switch (name) {
            case HEAD + "induction" -> Optional.of(h.induction());
            case HEAD + "elsewhere" -> Optional.of(h.elsewhere());
            case HEAD + "previous" -> Optional.of(h.previous());
            case HEAD + "duplicate" -> Optional.of(h.duplicate());
            case HEAD + "first" -> Optional.of(h.first());
            case HEAD + "entropy" -> Optional.of(h.entropy());
            case HEAD + "effect" -> Optional.of(h.effect());
            default -> Optional.empty();
        };
    }
}
