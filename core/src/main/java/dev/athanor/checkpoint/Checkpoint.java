package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A model in the layout of Hugging Face: config.json, model.safetensors (or shards with an index), generation_config.json and
 * tokenizer.json.
 */
public final class Checkpoint {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** Buffers that old checkpoints store beside their weights; they follow from the configuration. */
    private static final Pattern HARMLESS =
            Pattern.compile(".*\\.attn\\.(bias|masked_bias)|.*\\.attention\\.(bias|masked_bias)|.*rotary_emb\\.inv_freq");

    /** Largest text file (configuration, tokenizer, index) that is read. */
    private static final long MAX_TEXT = 256L << 20;

    private Checkpoint() {}

    /** The configuration in {@code directory}/config.json. */
    public static ModelConfig config(Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(directory + ": expected a model directory with config.json, found none there; give the "
                    + "directory that holds config.json and model.safetensors");
        }
        return HfConfig.parse(text(file), file.toString());
    }

    /** Reads a whole model; every tensor its configuration asks for must be there with its exact shape, and no other. */
    public static Parameters load(Path directory) {
        ModelConfig config = config(directory);
        Map<String, Safetensors> files = new LinkedHashMap<>();
        try {
            Map<String, Safetensors> tensors = open(directory, files);
            Set<String> unused = new TreeSet<>(tensors.keySet());
            Parameters parameters = Parameters.of(config, spec -> read(directory, spec, tensors, unused));
            unused.removeIf(name -> HARMLESS.matcher(name).matches() || (config.tiedHead() && isHead(config, name)));
            if (!unused.isEmpty()) {
                throw new ModelFormatException(directory + ": expected only the tensors config.json describes, found also "
                        + String.join(", ", unused) + "; does config.json belong to these weights?");
            }
            return parameters;
        } finally {
            files.values().forEach(Safetensors::close);
        }
    }

    private static boolean isHead(ModelConfig config, String name) {
        return name.equals(TensorTable.name(config.family(), TensorSpec.Role.HEAD_WEIGHT, -1));
    }

    private static Map<String, Safetensors> open(Path directory, Map<String, Safetensors> files) {
        Map<String, Safetensors> tensors = new LinkedHashMap<>();
        Path single = directory.resolve(SINGLE);
        Path index = directory.resolve(INDEX);
        if (Files.isRegularFile(single)) {
            Safetensors file = Safetensors.open(single);
            files.put(SINGLE, file);
            file.entries().keySet().forEach(name -> tensors.put(name, file));
        } else if (Files.isRegularFile(index)) {
            openShards(directory, index, files, tensors);
        } else {
            throw new ModelFormatException(directory + ": expected " + SINGLE + " or " + INDEX + ", found neither");
        }
        return tensors;
    }

    private static void openShards(
            Path directory, Path index, Map<String, Safetensors> files, Map<String, Safetensors> tensors) {
        JsonNode map = StrictJson.object(text(index), index.toString()).path("weight_map");
        if (!map.isObject()) {
            throw new ModelFormatException(index + ": expected an object weight_map, found " + map.getNodeType());
        }
        for (Map.Entry<String, JsonNode> e : map.properties()) {
            String shard = e.getValue().asString("");
            if (!shard.matches("[A-Za-z0-9._-]+\\.safetensors") || shard.startsWith(".")) {
                throw new ModelFormatException(index + ": expected " + e.getKey()
                        + " in a file of this directory named like model-00001-of-00002.safetensors, found " + e.getValue());
            }
            Path path = directory.resolve(shard);
            if (!Files.isRegularFile(path)) {
                throw new ModelFormatException(index + ": expected shard " + shard + " beside it, found none; download it again");
            }
            Safetensors file = files.computeIfAbsent(shard, name -> Safetensors.open(path));
            file.entry(e.getKey());
            tensors.put(e.getKey(), file);
        }
        for (Map.Entry<String, Safetensors> file : files.entrySet()) {
            for (String name : file.getValue().entries().keySet()) {
                if (tensors.get(name) != file.getValue()) {
                    throw new ModelFormatException(index + ": expected every tensor of " + file.getKey()
                            + " in weight_map, found " + name + " missing");
                }
            }
        }
    }

    private static Tensor read(Path directory, TensorSpec spec, Map<String, Safetensors> tensors, Set<String> unused) {
        String name = spec.name();
        // The first GPT-2 checkpoints name their tensors without the prefix.
        if (!tensors.containsKey(name) && name.startsWith("transformer.")) {
            name = name.substring("transformer.".length());
        }
        Safetensors file = tensors.get(name);
        if (file == null) {
            throw new ModelFormatException("tensor " + spec.name() + ": expected " + spec.shape() + " from config.json ("
                    + spec.reason() + "), found no such tensor in " + directory);
        }
        TensorEntry entry = file.entry(name);
        if (!entry.shape().equals(spec.shape())) {
            throw new ModelFormatException("tensor " + name + ": expected " + spec.shape() + " from config.json (" + spec.reason()
                    + "), found " + entry.shape() + " in " + file.path() + " at byte " + entry.begin());
        }
        unused.remove(name);
        return Tensor.view(file.readFloats(name), 0, spec.shape());
    }

    /** The tokenizer.json beside the weights, if there is one. */
    public static Optional<Path> tokenizer(Path directory) {
        Path file = directory.resolve("tokenizer.json");
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /**
     * Writes a model directory. Every file is written beside its place and moved there when complete.
     *
     * @param tokenizerJson text of tokenizer.json
     */
    public static void save(Path directory, Parameters parameters, Optional<String> tokenizerJson) {
        try {
            Files.createDirectories(directory);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            parameters.list().forEach(p -> tensors.put(p.name(), p.value()));
            Path weights = directory.resolve(SINGLE);
            Path temporary = directory.resolve(SINGLE + ".tmp");
            try {
                try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    SafetensorsWriter.write(out, tensors, Map.of("format", "pt"));
                    out.force(true);
                }
                Files.move(temporary, weights, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
            replace(directory.resolve("config.json"), HfConfigWriter.config(parameters.config()));
            replace(directory.resolve("generation_config.json"), HfConfigWriter.generationConfig(parameters.config()));
            if (tokenizerJson.isPresent()) {
                replace(directory.resolve("tokenizer.json"), tokenizerJson.get());
                replace(directory.resolve("tokenizer_config.json"),
                        "{\n  \"tokenizer_class\": \"PreTrainedTokenizerFast\",\n  \"model_max_length\": "
                                + parameters.config().contextLength() + "\n}\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": the model could not be saved: " + describe(e), e);
        }
    }

    private static void replace(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.writeString(temporary, text, StandardCharsets.UTF_8);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static String text(Path file) {
        try {
            if (Files.size(file) > MAX_TEXT) {
                throw new ModelFormatException(
                        file + ": expected a text file of at most " + MAX_TEXT + " bytes, found " + Files.size(file));
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read as UTF-8 text: " + describe(e), e);
        }
    }

    /** What an I/O error means in words; the JDK's message is often only the path. */
    static String describe(IOException e) {
        return e instanceof AccessDeniedException ? "access denied" : String.valueOf(e.getMessage());
    }
}
