package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ChatSource;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.Quote;
import dev.athanor.checkpoint.TensorEntry;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.MappedFaults;
import dev.athanor.tensor.Stored;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A model in a GGUF file: configuration, weights as they lie in the file, vocabulary. */
public final class GgufModel {
    /** Suffix by which the command line tells a GGUF file from a directory. */
    public static final String SUFFIX = ".gguf";

    /** The key of a model's chat template. */
    static final String CHAT_TEMPLATE = "tokenizer.chat_template";

    /** How many superfluous tensors an error names. */
    private static final int NAMED = 3;

    /** Keys of an architecture without influence on what Athanor computes. */
    private static final Set<String> HARMLESS =
            Set.of("vocab_size", "tensor_data_layout", "rope.dimension_sections", "expert_used_count");

    private final Gguf file;
    private final ModelConfig config;
    private final Parameters parameters;
    private final List<String> notes;
    private final GgufMetadata metadata;

    private GgufModel(Gguf file, GgufMetadata metadata, ModelConfig config, LaidOut rows) {
        this.file = file;
        this.metadata = metadata;
        this.config = config;
        this.parameters = Parameters.of(config, spec -> weight(file, spec, rows));
        refuseOther();
        String prefix = GgufNames.architecture(config.family()) + ".";
        List<String> sentences = new ArrayList<>();
        for (String key : metadata.unread(prefix)) {
            if (!HARMLESS.contains(key.substring(prefix.length()))) {
                sentences.add(file.path() + ": key " + Quote.of(key) + " is not known to Athanor and was ignored");
            }
        }
        this.notes = List.copyOf(sentences);
    }

    /** What prepares a tensor that is called so in the file. */
    private interface LaidOut {
        Stored prepared(String name, Stored tensor);
    }

    /** Whether {@code path} is called like a GGUF file. */
    public static boolean isNamed(Path path) {
        return String.valueOf(path.getFileName()).endsWith(SUFFIX);
    }

    /** What the tensor {@code spec} of any model is called in a GGUF file. */
    public static String tensorName(TensorSpec spec) {
        return GgufNames.tensor(spec.role(), spec.layer());
    }

    /**
     * The model in {@code file}: everything its metadata asks for must be there with its exact shape, and no other
     * tensor.
     *
     * @throws ModelFormatException when something is missing, of another shape or not what Athanor computes
     */
    static GgufModel read(Gguf file) {
        return read(file, (name, tensor) -> tensor);
    }

    private static GgufModel read(Gguf file, LaidOut rows) {
        GgufMetadata metadata = new GgufMetadata(file.path(), file.metadata());
        return MappedFaults.guard(
                () -> new GgufModel(file, metadata, GgufConfig.read(file, metadata), rows),
                fault -> Gguf.changed(file.path(), fault));
    }

    /** As {@link #read(Gguf)}, with what a file beside it has of its rows; where that is of no use, a note says so. */
    private static GgufModel read(Gguf file, List<String> notes) {
        Path path = RowsFile.beside(file.path());
        if (!Files.isRegularFile(path)) {
            return read(file);
        }
        try {
            RowsFile rows = RowsFile.open(path, file.bytes(), file.arena());
            return read(
                    file,
                    (name, tensor) -> rows.rows(name, tensor).map(tensor::with).orElse(tensor));
        } catch (RowsFile.Unusable e) {
            notes.add(e.getMessage() + "; it was not used: athanor repack writes it anew, athanor repack --remove "
                    + "deletes it");
            return read(file);
        }
    }

    /**
     * Opens a model to be run; its weights stay mapped, whatever their type.
     *
     * @throws ModelFormatException when the file is damaged or describes what Athanor does not compute
     */
    @SuppressWarnings("MustBeClosedChecker") // the model returned owns the file and closes it
    public static OpenModel open(Path path) {
        Gguf file = Gguf.open(path);
        try {
            List<String> notes = new ArrayList<>();
            GgufModel model = read(file, notes);
            notes.addAll(model.notes);
            return new OpenModel(
                    path, model.parameters, model.endTokens(), notes, model.chat(), model::tokenizer, file::close);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Gguf file() {
        return file;
    }

    GgufMetadata metadata() {
        return metadata;
    }

    ModelConfig config() {
        return config;
    }

    Parameters parameters() {
        return parameters;
    }

    List<String> notes() {
        return notes;
    }

    private static Stored weight(Gguf file, TensorSpec spec, LaidOut rows) {
        String name = GgufNames.tensor(spec.role(), spec.layer());
        TensorEntry entry = file.entries().get(name);
        String expected = file.path() + ": tensor " + name + ": expected " + spec.shape() + " from its metadata ("
                + spec.reason() + "), found ";
        if (entry == null) {
            throw new ModelFormatException(expected + "no tensor of that name");
        }
        if (!entry.shape().equals(spec.shape())) {
            throw new ModelFormatException(expected + entry.shape() + " at byte " + entry.begin());
        }
        if (!floats(entry.dtype())) {
            throw new ModelFormatException(file.path() + ": tensor " + name
                    + ": expected floating-point or quantised numbers, found " + entry.dtype() + " at byte "
                    + entry.begin());
        }
        return rows.prepared(name, file.tensor(name));
    }

    private static boolean floats(DType type) {
        return switch (type) {
            case I64, I32, I16, I8, U8, BOOL -> false;
            default -> true;
        };
    }

    private void refuseOther() {
        SortedMap<String, TensorEntry> unused = new TreeMap<>(file.entries());
        for (TensorSpec spec : TensorTable.of(config)) {
            unused.remove(GgufNames.tensor(spec.role(), spec.layer()));
        }
        if (config.rotary().isPresent()) {
            unused.remove(GgufNames.ROPE_FACTORS);
        }
        if (config.tiedHead()) {
            unused.remove(GgufNames.HEAD);
        }
        if (unused.isEmpty()) {
            return;
        }
        TensorEntry first = unused.values().iterator().next();
        String others = String.join(
                ", ",
                unused.keySet().stream().skip(1).limit(NAMED).map(Quote::of).toList());
        int rest = unused.size() - 1 - NAMED;
        throw new ModelFormatException(file.path() + ": tensor " + Quote.of(first.name())
                + ": expected only tensors that " + GgufNames.architecture(config.family()) + " has, found it as "
                + first.shape() + " at byte " + first.begin()
                + (others.isEmpty() ? "" : ", and " + others + (rest > 0 ? " and " + rest + " more" : "")));
    }

    /** Ids that end a text: of a text, of a turn, of a message. */
    private List<Integer> endTokens() {
        Set<Integer> ids = new TreeSet<>();
        config.eosToken().ifPresent(ids::add);
        for (String name : List.of("eot", "eom")) {
            metadata.optionalWhole("tokenizer.ggml." + name + "_token_id", 0, config.vocabularySize() - 1)
                    .ifPresent(ids::add);
        }
        return List.copyOf(ids);
    }

    ChatSource chat() {
        Optional<String> template = metadata.optionalText(CHAT_TEMPLATE);
        if (template.isEmpty()) {
            return ChatSource.NONE;
        }
        Map<String, String> tokens = new LinkedHashMap<>();
        List<String> names = metadata.texts("tokenizer.ggml.tokens");
        for (String name : List.of("bos", "eos")) {
            metadata.optionalWhole("tokenizer.ggml." + name + "_token_id", 0, names.size() - 1)
                    .ifPresent(id -> tokens.put(name + "_token", names.get(id)));
        }
        return ChatSource.of(CHAT_TEMPLATE + " in " + file.path().getFileName(), template.get(), tokens);
    }

    private Tokenizer tokenizer() {
        return Vocabulary.read(metadata);
    }
}
