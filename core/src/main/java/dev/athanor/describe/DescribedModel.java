package dev.athanor.describe;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.GgufModel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Finds what a reader asks about: a model known by name, or a checkpoint on disk. */
public final class DescribedModel {
    private static final String CONFIG = "config.json";

    /** A wrong name is repeated up to here. */
    private static final int QUOTED = 80;

    private DescribedModel() {}

    /**
     * The model {@code asked} means. A name of the list comes first, so that it means the same in every folder;
     * {@code ./gpt2} is the folder gpt2. Of a folder only config.json is read, of a GGUF file its metadata and the
     * shapes of its tensors.
     *
     * @throws IllegalArgumentException when it is neither, with the nearest names
     * @throws dev.athanor.checkpoint.ModelFormatException when config.json is damaged
     */
    public static ModelDescription find(String asked) {
        return find(asked, note -> {});
    }

    /**
     * As {@link #find(String)}.
     *
     * @param notes gets a sentence for every field of config.json that Athanor does not know: it may change the model
     */
    public static ModelDescription find(String asked, Consumer<String> notes) {
        Optional<KnownModel> known = KnownModels.find(asked);
        if (known.isPresent()) {
            return ModelDescription.of(known.get().name(), known.get().config());
        }
        Path folder = folder(asked).orElseThrow(() -> unknown(asked));
        if (GgufModel.isNamed(folder)) {
            try (OpenModel model = GgufModel.open(folder)) {
                model.notes().forEach(notes);
                return ModelDescription.of(name(folder), model.config(), GgufModel::tensorName);
            }
        }
        ModelDescription found = ModelDescription.of(name(folder), Checkpoint.config(folder));
        Checkpoint.notes(folder).forEach(notes);
        return found;
    }

    /** The folder of a path that leads to one, or to the config.json in it. */
    private static Optional<Path> folder(String asked) {
        try {
            Path path = Path.of(asked);
            if (asked.isBlank() || !Files.exists(path)) {
                return Optional.empty();
            }
            boolean config = path.endsWith(CONFIG) && Files.isRegularFile(path);
            return Optional.of(config ? path.resolveSibling("") : path);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String name(Path folder) {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return last == null ? folder.toString() : last.toString();
    }

    private static IllegalArgumentException unknown(String asked) {
        List<String> near = KnownModels.near(asked);
        String shown = asked.length() > QUOTED ? asked.substring(0, QUOTED) + "…" : asked;
        shown = shown.codePoints()
                .map(c -> Character.isISOControl(c) ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return new IllegalArgumentException(
                "describe: expected the name of a model or a folder with config.json or a GGUF file, found \"" + shown
                        + "\"; "
                        + (near.isEmpty() ? "" : "near it: " + String.join(", ", near) + "; ")
                        + "athanor describe --list shows every name");
    }
}
