package dev.athanor.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of a model directory, whether they lie in one file or in several with an index. */
final class StoredTensors implements AutoCloseable {
    static final String SINGLE = "model.safetensors";

    private final Map<Path, Safetensors> files;
    private final Map<String, Safetensors> fileOf;

    private StoredTensors(Map<Path, Safetensors> files, Map<String, Safetensors> fileOf) {
        this.files = files;
        this.fileOf = fileOf;
    }

    /** Opens and checks every file of weights in {@code directory}. */
    @SuppressWarnings("MustBeClosedChecker") // the value returned owns the files and closes them
    static StoredTensors open(Path directory, Limits limits) {
        Path single = directory.resolve(SINGLE);
        Path index = directory.resolve(ShardIndex.NAME);
        boolean one = Files.exists(single);
        boolean many = Files.exists(index);
        if (one == many) {
            throw new ModelFormatException(directory + ": expected either " + SINGLE + " or " + ShardIndex.NAME
                    + ", found " + (one ? "both; remove the one that is out of date" : "neither"));
        }
        StoredTensors stored = new StoredTensors(new LinkedHashMap<>(), new LinkedHashMap<>());
        try {
            if (one) {
                Safetensors file = stored.file(single, limits);
                file.entries().keySet().forEach(name -> stored.fileOf.put(name, file));
            } else {
                stored.openShards(index, limits);
            }
            return stored;
        } catch (RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    private Safetensors file(Path path, Limits limits) {
        return files.computeIfAbsent(path, p -> Safetensors.open(p, limits));
    }

    private void openShards(Path index, Limits limits) {
        for (Map.Entry<String, Path> e : ShardIndex.read(index, limits).entrySet()) {
            Safetensors file = file(e.getValue(), limits);
            if (!file.entries().containsKey(e.getKey())) {
                throw new ModelFormatException(index + ": expected tensor " + Quote.of(e.getKey()) + " in "
                        + e.getValue().getFileName() + ", found none of that name there");
            }
            fileOf.put(e.getKey(), file);
        }
        for (Safetensors file : files.values()) {
            for (String name : file.entries().keySet()) {
                if (fileOf.get(name) != file) {
                    throw new ModelFormatException(
                            index + ": expected every tensor of " + file.path().getFileName()
                                    + " in weight_map under that file, found " + Quote.of(name) + " missing");
                }
            }
        }
    }

    Set<String> names() {
        return Collections.unmodifiableSet(fileOf.keySet());
    }

    /** The file that holds tensor {@code name}. */
    Optional<Safetensors> fileOf(String name) {
        return Optional.ofNullable(fileOf.get(name));
    }

    @Override
    public void close() {
        files.values().forEach(Safetensors::close);
    }
}
