package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A new model directory in the layout of Hugging Face whose tensors are made one after the other, so that a model may
 * be larger than the memory. Everything is written into a directory of a temporary name, which takes its place whole.
 */
public final class StreamedCheckpoint {
    private static final String TEMPORARY = ".tmp";
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private final DurableFiles files;
    private final long shardBytes;

    private StreamedCheckpoint(DurableFiles files, long shardBytes) {
        this.files = files;
        this.shardBytes = shardBytes;
    }

    /**
     * Writes {@code directory}, which must not exist.
     *
     * @param dtype what config.json names as the type of the weights
     * @param texts further files by name, which replace those written anyway
     * @throws UncheckedIOException when the disk is full or cannot be written
     */
    public static void save(
            Path directory, ModelConfig config, DType dtype, List<TensorContent> tensors, Map<String, String> texts) {
        new StreamedCheckpoint(DurableFiles.real(), SaveOptions.DEFAULT.shardBytes())
                .write(directory, config, dtype, tensors, texts);
    }

    private void write(
            Path directory, ModelConfig config, DType dtype, List<TensorContent> tensors, Map<String, String> texts) {
        Path temporary = directory.resolveSibling(directory.getFileName() + TEMPORARY);
        try {
            DurableWrites.deleteTree(files, temporary);
            files.createDirectory(temporary);
            try {
                Map<String, String> all = new LinkedHashMap<>();
                all.put(Checkpoint.CONFIG, HfConfigWriter.config(config, dtype));
                all.put(Checkpoint.GENERATION_CONFIG, HfConfigWriter.generationConfig(config));
                if (texts.containsKey(Checkpoint.TOKENIZER)) {
                    all.put("tokenizer_config.json", HfConfigWriter.tokenizerConfig(config));
                }
                all.putAll(texts);
                writeWeights(temporary, tensors, all);
                for (Map.Entry<String, String> e : all.entrySet()) {
                    byte[] bytes = e.getValue().getBytes(StandardCharsets.UTF_8);
                    DurableWrites.write(files, temporary.resolve(e.getKey()), bytes);
                }
                files.forceDirectory(temporary);
                files.move(temporary, directory);
                files.forceDirectory(DurableWrites.directoryOf(directory));
            } finally {
                DurableWrites.deleteQuietly(files, temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": the model could not be saved: " + Checkpoint.describe(e), e);
        }
    }

    private void writeWeights(Path directory, List<TensorContent> tensors, Map<String, String> texts)
            throws IOException {
        List<List<TensorContent>> shards = shards(tensors);
        Map<String, String> shardOf = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = shards.size() == 1
                    ? StoredTensors.SINGLE
                    : String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
            List<TensorContent> shard = shards.get(i);
            byte[] header = SafetensorsWriter.header(
                    shard.stream()
                            .map(t -> new TensorEntry(t.name(), t.type(), t.shape(), 0, t.bytes()))
                            .toList(),
                    METADATA);
            long size = Long.BYTES
                    + header.length
                    + shard.stream().mapToLong(TensorContent::bytes).sum();
            DurableWrites.write(files, directory.resolve(name), size, out -> write(out, header, shard));
            shard.forEach(tensor -> shardOf.put(tensor.name(), name));
        }
        if (shards.size() > 1) {
            long total = tensors.stream().mapToLong(TensorContent::bytes).sum();
            texts.put(ShardIndex.NAME, ShardIndex.text(shardOf, total));
        }
    }

    private static void write(WritableByteChannel out, byte[] header, List<TensorContent> tensors) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        first.putLong(header.length).put(header).flip();
        while (first.hasRemaining()) {
            out.write(first);
        }
        for (TensorContent tensor : tensors) {
            tensor.content().writeTo(out);
        }
    }

    private List<List<TensorContent>> shards(List<TensorContent> tensors) {
        List<List<TensorContent>> shards = new ArrayList<>();
        List<TensorContent> shard = new ArrayList<>();
        shards.add(shard);
        long bytes = 0;
        for (TensorContent tensor : tensors) {
            if (!shard.isEmpty() && bytes + tensor.bytes() > shardBytes) {
                shard = new ArrayList<>();
                shards.add(shard);
                bytes = 0;
            }
            shard.add(tensor);
            bytes += tensor.bytes();
        }
        return shards;
    }
}
