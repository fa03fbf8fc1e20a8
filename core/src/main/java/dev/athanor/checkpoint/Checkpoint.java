package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.TensorTable;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A model in the layout of Hugging Face: config.json, model.safetensors (or shards with an index),
 * generation_config.json and tokenizer.json.
 */
public final class Checkpoint {
    static final String CONFIG = "config.json";
    static final String GENERATION_CONFIG = "generation_config.json";
    static final String TOKENIZER = "tokenizer.json";

    /** Buffers that old checkpoints store beside their weights; all follow from the configuration. */
    private static final List<Pattern> BUFFERS = List.of(
            Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)"),
            Pattern.compile("gpt_neox\\.layers\\.\\d+\\.attention\\.(bias|masked_bias|rotary_emb\\.inv_freq)"),
            Pattern.compile("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq"));

    /** How many superfluous tensors an error names. */
    private static final int NAMED = 3;

    private Checkpoint() {}

    /** The configuration in {@code directory}/config.json. */
    public static ModelConfig config(Path directory) {
        Path file = directory.resolve(CONFIG);
        return HfConfig.parse(configText(directory, file), file.toString());
    }

    /** One sentence for every field of config.json that was neither needed nor known to be harmless. */
    public static List<String> notes(Path directory) {
        Path file = directory.resolve(CONFIG);
        return HfConfig.notes(configText(directory, file), file.toString());
    }

    private static String configText(Path directory, Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(directory + ": expected a model directory with " + CONFIG
                    + ", found none there; give the directory that holds config.json and model.safetensors");
        }
        return TextFile.read(file, Limits.DEFAULT.configBytes());
    }

    /**
     * Ids that end a text: all of generation_config.json, which may name several (the end of a text and the end of a
     * turn), or else the one of config.json; empty when neither names any.
     */
    public static List<Integer> endTokens(Path directory) {
        ModelConfig config = config(directory);
        Path file = directory.resolve(GENERATION_CONFIG);
        if (Files.isRegularFile(file)) {
            String text = TextFile.read(file, Limits.DEFAULT.configBytes());
            List<Integer> ids = HfConfig.endTokens(text, file.toString(), config.vocabularySize());
            if (!ids.isEmpty()) {
                return ids;
            }
        }
        Path own = directory.resolve(CONFIG);
        return HfConfig.endTokens(configText(directory, own), own.toString(), config.vocabularySize());
    }

    /**
     * Reads a whole model into memory, where it can learn; every tensor its configuration asks for must be there with
     * its exact shape, and no other. Numbers are widened or rounded to F32.
     *
     * @throws ModelFormatException when a file is damaged, does not fit the others or needs more memory than the JVM
     *     has
     */
    public static Parameters load(Path directory) {
        ModelConfig config = config(directory);
        try (StoredTensors stored = StoredTensors.open(directory, Limits.DEFAULT)) {
            requireMemory(directory, config);
            requireExactly(directory, config, stored);
            return Parameters.of(config, spec -> inMemory(spec, stored, entry(directory, spec, stored)));
        }
    }

    /**
     * Opens a model to be run: F32, BF16 and F16 stay mapped as they are in the files, so that opening costs no time
     * and no heap. Checks what {@link #load} checks. A directory of adapters (see {@link PeftDirectory}) opens as the
     * model they belong to with the additions merged in memory.
     *
     * @throws ModelFormatException when a file is damaged or does not fit the others
     */
    @SuppressWarnings("MustBeClosedChecker") // the model returned owns the files and closes them
    public static OpenModel open(Path directory) {
        if (PeftDirectory.is(directory)) {
            return PeftDirectory.open(directory);
        }
        ModelConfig config = config(directory);
        List<String> notes = notes(directory);
        List<Integer> endTokens = endTokens(directory);
        StoredTensors stored = StoredTensors.open(directory, Limits.DEFAULT);
        try {
            requireExactly(directory, config, stored);
            Parameters parameters = Parameters.of(config, spec -> {
                TensorEntry entry = entry(directory, spec, stored);
                return entry.dtype() == DType.F64
                        ? inMemory(spec, stored, entry)
                        : new Stored(
                                spec.shape(),
                                entry.dtype(),
                                stored.fileOf(entry.name()).orElseThrow().bytes(entry.name()));
            });
            return new OpenModel(
                    directory,
                    parameters,
                    endTokens,
                    notes,
                    ChatSource.read(directory),
                    () -> Tokenizers.load(directory),
                    stored::close);
        } catch (RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    private static Tensor inMemory(TensorSpec spec, StoredTensors stored, TensorEntry entry) {
        return Tensor.view(stored.fileOf(entry.name()).orElseThrow().readFloats(entry.name()), 0, spec.shape());
    }

    private static void requireExactly(Path directory, ModelConfig config, StoredTensors stored) {
        Set<String> unused = new TreeSet<>(stored.names());
        for (TensorSpec spec : TensorTable.of(config)) {
            TensorEntry entry = entry(directory, spec, stored);
            stored.fileOf(entry.name()).orElseThrow().requireFloats(entry);
            unused.remove(entry.name());
        }
        unused.removeIf(Checkpoint::isBuffer);
        refuseOther(directory, config, stored, unused);
    }

    private static void requireMemory(Path directory, ModelConfig config) {
        long bytes = TensorTable.of(config).stream()
                .mapToLong(s -> Float.BYTES * s.shape().elements())
                .sum();
        long most = Runtime.getRuntime().maxMemory();
        if (bytes > most) {
            throw new ModelFormatException(directory + ": expected a model whose weights fit into the " + (most >> 20)
                    + " MiB of this JVM, found " + (bytes >> 20) + " MiB as F32; give it more with -Xmx");
        }
    }

    private static boolean isBuffer(String name) {
        return BUFFERS.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    /** The entry of {@code spec}, of exactly its shape. */
    private static TensorEntry entry(Path directory, TensorSpec spec, StoredTensors stored) {
        // The first GPT-2 checkpoints name their tensors without the prefix.
        String plain =
                spec.name().startsWith("transformer.") ? spec.name().substring("transformer.".length()) : spec.name();
        String name = stored.names().contains(spec.name()) ? spec.name() : plain;
        Safetensors file = stored.fileOf(name)
                .orElseThrow(() -> new ModelFormatException("tensor " + spec.name() + ": expected " + spec.shape()
                        + " from config.json (" + spec.reason() + "), found no tensor of that name in " + directory));
        TensorEntry entry = file.entry(name);
        if (!entry.shape().equals(spec.shape())) {
            throw new ModelFormatException("tensor " + name + ": expected " + spec.shape() + " from config.json ("
                    + spec.reason() + "), found " + entry.shape() + " in " + file.path() + " at byte " + entry.begin());
        }
        return entry;
    }

    private static void refuseOther(Path directory, ModelConfig config, StoredTensors stored, Set<String> unused) {
        String head = TensorTable.name(config.family(), Role.HEAD_WEIGHT, -1);
        if (config.tiedHead() && unused.remove(head)) {
            requireTied(directory, config, stored, head);
        }
        if (unused.isEmpty()) {
            return;
        }
        String first = unused.iterator().next();
        Safetensors file = stored.fileOf(first).orElseThrow();
        String others = unused.stream()
                .skip(1)
                .limit(NAMED)
                .map(name -> ", " + Quote.of(name))
                .reduce("", String::concat);
        String more = unused.size() > NAMED + 1 ? " and " + (unused.size() - NAMED - 1) + " more" : "";
        throw new ModelFormatException(
                "tensor " + Quote.of(first) + ": expected only tensors that config.json describes, found it as "
                        + file.entry(first).shape() + " in " + file.path() + " at byte "
                        + file.entry(first).begin()
                        + (others.isEmpty() ? "" : ", and" + others.substring(1) + more)
                        + "; does config.json belong to these weights?");
    }

    /** Some checkpoints store a tied head a second time; a different one would be lost without a word. */
    private static void requireTied(Path directory, ModelConfig config, StoredTensors stored, String head) {
        TensorSpec embedding = TensorTable.of(config).getFirst();
        Safetensors file = stored.fileOf(head).orElseThrow();
        TensorEntry entry = file.entry(head);
        String tied = "tensor " + head
                + ": expected the token embedding again, because config.json has tie_word_embeddings=true, found ";
        String place = " in " + file.path() + " at byte " + entry.begin();
        if (!entry.shape().equals(embedding.shape())) {
            throw new ModelFormatException(tied + entry.shape() + " for " + embedding.shape() + place);
        }
        TensorEntry other = entry(directory, embedding, stored);
        long different = firstDifference(stored.fileOf(other.name()).orElseThrow(), other, file, entry);
        if (different >= 0) {
            throw new ModelFormatException(
                    tied + "another number at index " + different + place + "; set tie_word_embeddings to false");
        }
    }

    private static long firstDifference(Safetensors file, TensorEntry entry, Safetensors otherFile, TensorEntry other) {
        if (entry.dtype() != other.dtype()) {
            return Arrays.mismatch(file.readFloats(entry.name()), otherFile.readFloats(other.name()));
        }
        long different = file.bytes(entry.name()).mismatch(otherFile.bytes(other.name()));
        return different < 0 ? different : different / entry.dtype().blockBytes();
    }

    /** The tokenizer.json beside the weights, if there is one. */
    public static Optional<Path> tokenizer(Path directory) {
        Path file = directory.resolve(TOKENIZER);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /**
     * Writes a model directory in F32 with {@link SaveOptions#DEFAULT}.
     *
     * @param tokenizerJson text of tokenizer.json
     */
    public static void save(Path directory, Parameters parameters, Optional<String> tokenizerJson) {
        save(directory, parameters, tokenizerJson, SaveOptions.DEFAULT);
    }

    /**
     * Writes a model directory that transformers opens. Every file is written under a temporary name and forced to the
     * disk before the first takes its place; when anything fails, what was there stays and the temporary files go.
     *
     * @throws ModelFormatException when a weight is NaN or infinite, naming the tensor and the index
     * @throws java.io.UncheckedIOException when the disk is full or cannot be written
     */
    public static void save(
            Path directory, Parameters parameters, Optional<String> tokenizerJson, SaveOptions options) {
        new CheckpointWriter(directory, options, DurableFiles.real()).save(parameters, tokenizerJson);
    }

    /** What an I/O error means in words; the JDK's message is often only the path. */
    public static String describe(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "access denied to " + denied.getFile();
            case NoSuchFileException missing -> "no such file " + missing.getFile();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
