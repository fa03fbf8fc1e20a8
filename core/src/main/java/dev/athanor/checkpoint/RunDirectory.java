package dev.athanor.checkpoint;

import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Training states on disk, such that a crash at any instant costs at most the steps since the last save.
 *
 * <p>A state is written to {@code step-N.tmp}: tensors first, forced to the disk, then a manifest with sizes and
 * checksums, forced; the directory is forced, renamed to {@code step-N} and its parent forced. Only then older states
 * go, and two always stay. A state whose manifest or checksum does not hold is passed over for the one before it, with
 * a warning that names both.
 *
 * <p>Other names are leftovers of a crash: {@code .tmp} was never complete, {@code .trash} was being deleted, and
 * {@code step-N.old} is the state that a second save of step N was about to replace; it counts where {@code step-N} is
 * missing or damaged.
 */
public final class RunDirectory {
    private static final int KEPT = 2;
    private static final Pattern STATE = Pattern.compile("step-(\\d{1,18})(\\.old)?");
    private static final Pattern LEFTOVER = Pattern.compile("step-\\d{1,18}(\\.old)?\\.(tmp|trash)");

    private final Path directory;
    private final DurableFiles files;

    private RunDirectory(Path directory, DurableFiles files) {
        this.directory = directory;
        this.files = files;
    }

    /** The states under {@code directory}, which need not exist yet. */
    public static RunDirectory of(Path directory) {
        return new RunDirectory(directory, DurableFiles.real());
    }

    static RunDirectory of(Path directory, DurableFiles files) {
        return new RunDirectory(directory, files);
    }

    /**
     * A state read back.
     *
     * @param warnings one sentence per newer state that could not be used
     */
    public record Saved(long step, Map<String, float[]> tensors, Map<String, String> values, List<String> warnings) {}

    /** A directory that holds a complete state, or did. */
    private record Place(Path path, long step, boolean old) {}

    /**
     * Saves the state after {@code step}; tensors are written as they are now, without a copy in memory. When this
     * returns, the state survives a power cut; when it throws, the states before are untouched and nothing half-written
     * remains.
     *
     * @throws IllegalArgumentException when a whole state of a later step is there: this would be another run's
     *     directory
     * @throws ModelFormatException when a number is NaN or infinite, naming the tensor and the index
     * @throws UncheckedIOException when the disk is full (path, bytes needed, bytes free) or cannot be written
     */
    public void save(long step, Map<String, Tensor> tensors, Map<String, String> values) {
        if (step < 0 || step >= 1_000_000_000_000_000_000L) {
            throw new IllegalArgumentException("step: expected 0 to 10^18 - 1, found " + step);
        }
        List<Place> damaged = refuseLater(step);
        Path temporary = directory.resolve("step-" + step + ".tmp");
        try {
            createDirectory();
            removeLeftovers();
            files.createDirectory(temporary);
            TrainingState.write(files, temporary, step, tensors, values);
            files.forceDirectory(temporary);
            makeRoom(step);
            files.move(temporary, directory.resolve("step-" + step));
            files.forceDirectory(directory);
        } catch (IOException e) {
            DurableWrites.deleteQuietly(files, temporary);
            throw new UncheckedIOException(
                    directory + ": the training state of step " + step + " could not be saved: "
                            + Checkpoint.describe(e),
                    e);
        } catch (ModelFormatException e) {
            DurableWrites.deleteQuietly(files, temporary);
            throw e;
        }
        try {
            prune(step, damaged);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    directory + ": the training state of step " + step
                            + " was saved, but older ones could not be removed: " + Checkpoint.describe(e),
                    e);
        }
    }

    /** States of later steps are an abandoned future when they are damaged, and another run's when they are whole. */
    private List<Place> refuseLater(long step) {
        List<Place> damaged = new ArrayList<>();
        for (Place place : places()) {
            if (place.step <= step) {
                continue;
            }
            if (isWhole(place)) {
                throw new IllegalArgumentException(directory + ": expected to save a step after " + place.step
                        + ", whose state is there, found step " + step
                        + "; continue from that state or use another directory");
            }
            damaged.add(place);
        }
        return damaged;
    }

    private static boolean isWhole(Place place) {
        try {
            TrainingState.verify(place.path, place.step);
            return true;
        } catch (ModelFormatException | UncheckedIOException e) {
            return false;
        }
    }

    /** Creates the directory and, so that a power cut does not take it back, forces the name of every new level. */
    private void createDirectory() throws IOException {
        List<Path> missing = new ArrayList<>();
        Path level = directory.toAbsolutePath();
        while (!Files.isDirectory(level)) {
            missing.addFirst(level);
            level = DurableWrites.directoryOf(level);
        }
        for (Path path : missing) {
            files.createDirectory(path);
            files.forceDirectory(DurableWrites.directoryOf(path));
        }
    }

    private void removeLeftovers() throws IOException {
        for (Path path : list()) {
            if (LEFTOVER.matcher(name(path)).matches()) {
                DurableWrites.deleteTree(files, path);
            }
        }
    }

    /** Frees the name of {@code step}; a whole state of that step stays readable until the new one is in its place. */
    private void makeRoom(long step) throws IOException {
        Path place = directory.resolve("step-" + step);
        Path old = directory.resolve("step-" + step + ".old");
        if (!TrainingState.exists(place)) {
            return;
        }
        if (TrainingState.exists(old)) {
            if (!isWhole(new Place(place, step, false))) {
                discard(place);
                return;
            }
            discard(old);
        }
        files.move(place, old);
    }

    private void prune(long step, List<Place> damaged) throws IOException {
        for (Place place : damaged) {
            discard(place.path);
        }
        int kept = 0;
        for (Place place : places()) {
            boolean replaced = place.old && TrainingState.exists(directory.resolve("step-" + place.step));
            if (replaced && place.step == step || kept >= KEPT) {
                discard(place.path);
            } else if (!replaced) {
                kept++;
            }
        }
    }

    /** Deletes a state; renamed first, so that a crash leaves no half of one under a name that counts. */
    private void discard(Path place) throws IOException {
        Path trash = place.resolveSibling(name(place) + ".trash");
        DurableWrites.deleteTree(files, trash);
        files.move(place, trash);
        DurableWrites.deleteTree(files, trash);
    }

    /**
     * The newest state that is whole; empty when none was ever saved.
     *
     * @throws ModelFormatException when there are states and none is whole
     */
    public Optional<Saved> newest() {
        Map<Path, String> passedOver = new LinkedHashMap<>();
        for (Place place : places()) {
            try {
                StateManifest manifest = TrainingState.verify(place.path, place.step);
                List<String> warnings = new ArrayList<>();
                passedOver.forEach((path, reason) -> warnings.add("training state " + path + " is damaged (" + reason
                        + "); continuing from " + place.path + " instead"));
                return Optional.of(new Saved(
                        place.step, TrainingState.tensors(place.path), manifest.values(), List.copyOf(warnings)));
            } catch (ModelFormatException | UncheckedIOException e) {
                passedOver.put(place.path, String.valueOf(e.getMessage()));
            }
        }
        if (!passedOver.isEmpty()) {
            throw new ModelFormatException(directory + ": expected a whole training state, found only damaged ones ("
                    + String.join("; ", passedOver.values()) + "); start the run again in another directory");
        }
        return Optional.empty();
    }

    /** Complete states, newest first; of one step the replaced one last. */
    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (Path path : list()) {
            Matcher matcher = STATE.matcher(name(path));
            if (matcher.matches() && Files.isDirectory(path)) {
                places.add(new Place(path, Long.parseLong(matcher.group(1)), matcher.group(2) != null));
            }
        }
        places.sort(Comparator.comparingLong(Place::step).reversed().thenComparing(Place::old));
        return places;
    }

    private List<Path> list() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be listed: " + Checkpoint.describe(e), e);
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
