package dev.athanor.checkpoint;

import dev.athanor.model.Adapters;
import dev.athanor.model.Adapters.Side;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Low-rank additions in the layout of Hugging Face's PEFT: {@code adapter_config.json}, which names the model they
 * belong to, and {@code adapter_model.safetensors}.
 */
public final class PeftDirectory {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    /** What PEFT writes before the name of a module: its own model and in it the one of transformers. */
    private static final String PREFIX = "base_model.model.";

    private PeftDirectory() {}

    /** Whether {@code directory} holds adapters rather than a model. */
    public static boolean is(Path directory) {
        return Files.isRegularFile(directory.resolve(CONFIG))
                && !Files.isRegularFile(directory.resolve(Checkpoint.CONFIG));
    }

    /**
     * The directory of the model that the adapters in {@code directory} belong to.
     *
     * @throws ModelFormatException where adapter_config.json names none that is there
     */
    public static Path base(Path directory) {
        Path file = directory.resolve(CONFIG);
        return base(directory, PeftConfig.read(file));
    }

    private static Path base(Path directory, PeftConfig config) {
        try {
            Path base = directory.resolve(config.base()).normalize();
            if (Files.isRegularFile(base.resolve(Checkpoint.CONFIG))) {
                return base;
            }
        } catch (InvalidPathException e) {
            // A name that is no path is said below to lead nowhere.
        }
        throw new ModelFormatException(directory.resolve(CONFIG)
                + ": expected base_model_name_or_path to lead to a model directory, seen from " + directory + ", found "
                + Quote.of(config.base()) + ", where there is no config.json; write the path of the base model there");
    }

    /**
     * Reads adapters for the model of {@code config}.
     *
     * @throws ModelFormatException where they do not fit it, or PEFT would compute something else with them
     */
    public static Adapters read(Path directory, ModelConfig config) {
        PeftConfig peft = PeftConfig.read(directory.resolve(CONFIG));
        Path file = directory.resolve(WEIGHTS);
        try (Safetensors stored = Safetensors.open(file)) {
            Set<String> unused = new TreeSet<>(stored.entries().keySet());
            List<Parameter> list = new ArrayList<>();
            for (TensorSpec spec : TensorTable.of(config)) {
                if (!Adapters.POSSIBLE.contains(spec.role())) {
                    continue;
                }
                String a = PREFIX
                        + Adapters.side(config, spec, peft.rank(), Side.A).name();
                String b = PREFIX
                        + Adapters.side(config, spec, peft.rank(), Side.B).name();
                if (!stored.entries().containsKey(a) && !stored.entries().containsKey(b)) {
                    continue;
                }
                list.add(parameter(stored, Adapters.side(config, spec, peft.rank(), Side.A), a));
                list.add(parameter(stored, Adapters.side(config, spec, peft.rank(), Side.B), b));
                unused.remove(a);
                unused.remove(b);
            }
            if (!unused.isEmpty() || list.isEmpty()) {
                throw new ModelFormatException(file + ": expected only low-rank additions to matrices of this "
                        + config.family() + " model, found "
                        + (unused.isEmpty()
                                ? "none"
                                : Quote.of(unused.iterator().next()))
                        + "; do these adapters belong to this model?");
            }
            return new Adapters(peft.rank(), peft.alpha(), list);
        }
    }

    private static Parameter parameter(Safetensors stored, TensorSpec side, String name) {
        if (!stored.entries().containsKey(name)) {
            throw new ModelFormatException(
                    stored.path() + ": expected both sides of an addition, found no " + Quote.of(name));
        }
        TensorEntry entry = stored.entry(name);
        if (!entry.shape().equals(side.shape())) {
            throw new ModelFormatException(stored.path() + ": tensor " + Quote.of(name) + ": expected " + side.shape()
                    + " from the model and r in adapter_config.json, found " + entry.shape());
        }
        return new Parameter(side, Tensor.view(stored.readFloats(name), 0, side.shape()));
    }

    /** Opens the model that adapters belong to, with the additions inside its matrices. */
    static OpenModel open(Path directory) {
        Path base = base(directory);
        Parameters parameters = Checkpoint.load(base);
        Adapters adapters = read(directory, parameters.config());
        List<String> notes = new ArrayList<>(Checkpoint.notes(base));
        notes.add(directory + ": " + adapters.list().size() / 2 + " low-rank additions of rank " + adapters.rank()
                + " were merged in memory into the weights of " + base);
        Path tokenizer = Files.isRegularFile(directory.resolve(Checkpoint.TOKENIZER)) ? directory : base;
        return new OpenModel(
                directory,
                adapters.merged(parameters),
                Checkpoint.endTokens(base),
                notes,
                ChatSource.read(tokenizer),
                () -> Tokenizers.load(tokenizer),
                () -> {});
    }

    /**
     * Writes adapters; every file is whole under a temporary name before the first takes its place.
     *
     * @param base model directory they belong to, as adapter_config.json names it: seen from {@code directory}, or
     *     absolute
     * @param extraFiles further small files by name
     */
    public static void save(
            Path directory, Adapters adapters, ModelConfig config, String base, Map<String, String> extraFiles) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        adapters.list().forEach(p -> tensors.put(PREFIX + p.name(), p.value()));
        SafetensorsWriter weights = SafetensorsWriter.of(tensors, Map.of("format", "pt"), DType.F32);
        Map<String, String> texts = new LinkedHashMap<>(extraFiles);
        // Last, for it makes the directory one of adapters.
        texts.put(CONFIG, PeftConfig.write(adapters, config, base));
        DurableFiles files = DurableFiles.real();
        List<String> written = new ArrayList<>();
        try {
            files.createDirectory(directory);
            try {
                DurableWrites.write(files, temporary(directory, WEIGHTS, written), weights.size(), weights::writeTo);
                for (Map.Entry<String, String> e : texts.entrySet()) {
                    byte[] bytes = e.getValue().getBytes(StandardCharsets.UTF_8);
                    DurableWrites.write(files, temporary(directory, e.getKey(), written), bytes);
                }
                for (String name : written) {
                    files.move(directory.resolve(name + ".tmp"), directory.resolve(name));
                }
                files.forceDirectory(directory);
            } finally {
                written.forEach(name -> DurableWrites.deleteQuietly(files, directory.resolve(name + ".tmp")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    directory + ": the adapters could not be saved: " + Checkpoint.describe(e), e);
        }
    }

    private static Path temporary(Path directory, String name, List<String> written) throws IOException {
        Path file = directory.resolve(name + ".tmp");
        Files.deleteIfExists(file);
        written.add(name);
        return file;
    }
}
