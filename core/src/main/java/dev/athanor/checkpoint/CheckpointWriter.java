package dev.athanor.checkpoint;

import dev.athanor.model.Layout;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes a model directory: every file whole under a temporary name first, then all renamed. */
final class CheckpointWriter {
    private static final String TEMPORARY = ".tmp";
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private final Path directory;
    private final SaveOptions options;
    private final DurableFiles files;
    private final List<String> written = new ArrayList<>();

    CheckpointWriter(Path directory, SaveOptions options, DurableFiles files) {
        this.directory = directory;
        this.options = options;
        this.files = files;
    }

    void save(Parameters parameters, Optional<String> tokenizerJson) {
        ModelConfig config = parameters.config();
        if (!config.layout().equals(Layout.huggingFace(config.family()))) {
            throw new IllegalArgumentException(directory + ": expected weights in the layout of Hugging Face, found "
                    + config.layout() + "; convert the model first");
        }
        try {
            files.createDirectory(directory);
            try {
                writeWeights(parameters);
                for (Map.Entry<String, String> e :
                        texts(parameters.config(), tokenizerJson).entrySet()) {
                    DurableWrites.write(
                            files, temporary(e.getKey()), e.getValue().getBytes(StandardCharsets.UTF_8));
                }
                for (String name : written) {
                    files.move(directory.resolve(name + TEMPORARY), directory.resolve(name));
                }
                removeStaleWeights();
                files.forceDirectory(directory);
            } finally {
                written.forEach(name -> DurableWrites.deleteQuietly(files, directory.resolve(name + TEMPORARY)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": the model could not be saved: " + Checkpoint.describe(e), e);
        }
    }

    private Path temporary(String name) throws IOException {
        Path file = directory.resolve(name + TEMPORARY);
        DurableWrites.deleteTree(files, file);
        written.add(name);
        return file;
    }

    private void writeWeights(Parameters parameters) throws IOException {
        List<Map<String, Tensor>> shards = shards(parameters);
        Map<String, String> shardOf = new LinkedHashMap<>();
        long total = 0;
        for (int i = 0; i < shards.size(); i++) {
            String name = shards.size() == 1
                    ? StoredTensors.SINGLE
                    : String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
            SafetensorsWriter writer = SafetensorsWriter.of(shards.get(i), METADATA, options.dtype());
            DurableWrites.write(files, temporary(name), writer.size(), writer::writeTo);
            shards.get(i).keySet().forEach(tensor -> shardOf.put(tensor, name));
            total += writer.size() - writer.headerBytes();
        }
        if (shards.size() > 1) {
            byte[] index = ShardIndex.text(shardOf, total).getBytes(StandardCharsets.UTF_8);
            DurableWrites.write(files, temporary(ShardIndex.NAME), index);
        }
    }

    /** The tensors in their order, a new shard begun whenever the next would not fit. */
    private List<Map<String, Tensor>> shards(Parameters parameters) {
        List<Map<String, Tensor>> shards = new ArrayList<>();
        Map<String, Tensor> shard = new LinkedHashMap<>();
        shards.add(shard);
        long bytes = 0;
        for (Parameter p : parameters.list()) {
            long size = options.dtype().bytes(p.value().shape().elements());
            if (!shard.isEmpty() && bytes + size > options.shardBytes()) {
                shard = new LinkedHashMap<>();
                shards.add(shard);
                bytes = 0;
            }
            shard.put(p.name(), p.value());
            bytes += size;
        }
        return shards;
    }

    private Map<String, String> texts(ModelConfig config, Optional<String> tokenizerJson) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(Checkpoint.CONFIG, HfConfigWriter.config(config, options.dtype()));
        texts.put(Checkpoint.GENERATION_CONFIG, HfConfigWriter.generationConfig(config));
        if (tokenizerJson.isPresent()) {
            texts.put(Checkpoint.TOKENIZER, tokenizerJson.get());
            texts.put("tokenizer_config.json", HfConfigWriter.tokenizerConfig(config));
        }
        texts.putAll(options.extraFiles());
        return texts;
    }

    /** Weights of an earlier save under names this one did not use; a reader would not know which to believe. */
    private void removeStaleWeights() throws IOException {
        List<Path> stale;
        try (Stream<Path> list = Files.list(directory)) {
            stale = list.filter(p -> isWeights(p.getFileName().toString())).toList();
        }
        for (Path path : stale) {
            files.delete(path);
        }
    }

    private boolean isWeights(String name) {
        boolean ours = name.equals(StoredTensors.SINGLE)
                || name.equals(ShardIndex.NAME)
                || name.matches("model-\\d{5}-of-\\d{5}\\.safetensors");
        return ours && !written.contains(name);
    }
}
