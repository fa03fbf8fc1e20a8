package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ChatSource;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.StreamedCheckpoint;
import dev.athanor.checkpoint.TensorContent;
import dev.athanor.model.Layout;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Models from one file format into another, tensor by tensor: never more than some megabytes in memory, nothing
 * half-written when it fails, numbers unchanged where the types allow.
 */
public final class Conversion {
    /**
     * How far a conversion is.
     *
     * @param tensor name of the tensor being written
     * @param done bytes written
     * @param total bytes to be written
     */
    public record Progress(String tensor, long done, long total) {}

    /**
     * What a conversion did.
     *
     * @param tensors in the order of the new file
     * @param notes sentences about what was lost or is kept where other programs do not look
     */
    public record Result(List<TensorChange> tensors, List<String> notes) {
        public Result {
            tensors = List.copyOf(tensors);
            notes = List.copyOf(notes);
        }
    }

    private final Path from;
    private final Optional<DType> wanted;
    private final Map<String, GgufValue> more;
    private final Consumer<Progress> listener;
    private final List<String> notes = new ArrayList<>();
    private final List<Recoded> tensors = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private long done;
    private long total;

    private Conversion(Path from, Optional<DType> wanted, Map<String, GgufValue> more, Consumer<Progress> listener) {
        this.from = from;
        this.wanted = wanted;
        this.more = more;
        this.listener = listener;
    }

    /**
     * Writes the model in {@code from} to the new file or directory {@code to}; a name ending in .gguf is a GGUF file,
     * any other a directory in the layout of Hugging Face.
     *
     * @param type of the weights, or none to keep each as it is
     * @param listener hears after every megabyte or so
     * @throws IllegalArgumentException when {@code to} exists, both are directories, or the type has no place in the
     *     format
     * @throws dev.athanor.checkpoint.ModelFormatException when the source is damaged, or a number does not fit the type
     * @throws java.io.UncheckedIOException when the disk is full or cannot be written
     */
    public static Result run(Path from, Path to, Optional<DType> type, Consumer<Progress> listener) {
        return run(from, to, type, Map.of(), listener);
    }

    /** As the other; a GGUF file made of a directory gets {@code more} metadata. */
    static Result run(
            Path from, Path to, Optional<DType> type, Map<String, GgufValue> more, Consumer<Progress> listener) {
        GgufWriter.requireNew(to);
        Conversion conversion = new Conversion(from, type, more, listener);
        if (GgufModel.isNamed(from)) {
            return GgufModel.isNamed(to) ? conversion.ggufToGguf(to) : conversion.ggufToHuggingFace(to);
        }
        if (!GgufModel.isNamed(to)) {
            throw new IllegalArgumentException(to + ": expected one of two names to end in .gguf, found neither " + from
                    + " nor " + to + " does; a Hugging Face directory becomes a GGUF file or the other way round");
        }
        return conversion.huggingFaceToGguf(to);
    }

    private Result huggingFaceToGguf(Path to) {
        try (OpenModel model = Checkpoint.open(from)) {
            ModelConfig config = model.config();
            notes.addAll(model.notes());
            Map<String, GgufValue> metadata = new LinkedHashMap<>();
            metadata.put("general.architecture", GgufValue.of(GgufNames.architecture(config.family())));
            metadata.put("general.type", GgufValue.of("model"));
            metadata.put(
                    "general.name",
                    GgufValue.of(
                            String.valueOf(from.toAbsolutePath().normalize().getFileName())));
            putFileType(metadata, wanted.orElse(mainType(model.parameters())));
            GgufConfigWriter.write(config, metadata, notes);
            Vocabulary.write(from, config, model.endTokens(), metadata, notes);
            model.chat()
                    .template(false)
                    .ifPresent(template -> metadata.put(GgufModel.CHAT_TEMPLATE, GgufValue.of(template)));
            metadata.putAll(more);
            planGguf(model.parameters(), config);
            GgufWriter.of(metadata, contents(() -> {})).save(to);
        }
        return result();
    }

    private void planGguf(Parameters parameters, ModelConfig config) {
        boolean copiesHead = GgufExtras.copiesHead(config);
        StorageTypes types =
                new StorageTypes(wanted, config.tiedHead() && !copiesHead ? GgufNames.TOKEN_EMBEDDING : GgufNames.HEAD);
        Layout layout = Layout.gguf(config.family());
        for (Parameter p : parameters.list()) {
            TensorSpec spec = p.spec();
            Rearranged source = Rearranged.of(config, spec.role(), p.weight(), layout);
            add(GgufNames.tensor(spec.role(), spec.layer()), source, types);
        }
        if (copiesHead) {
            add(GgufNames.HEAD, tensors.getFirst().source(), types);
        }
        GgufExtras.ropeFactors(config).ifPresent(factors -> add(GgufNames.ROPE_FACTORS, factors, types));
    }

    private Result ggufToGguf(Path to) {
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException(from
                    + ": expected a type for a GGUF file made from another, found none; without one they are equal");
        }
        try (Gguf file = Gguf.open(from)) {
            GgufModel model = GgufModel.read(file);
            notes.addAll(model.notes());
            Map<String, GgufValue> metadata = new LinkedHashMap<>(file.metadata());
            metadata.remove(GgufHeader.ALIGNMENT);
            putFileType(metadata, wanted.get());
            boolean hasHead = file.entries().containsKey(GgufNames.HEAD);
            StorageTypes types = new StorageTypes(wanted, hasHead ? GgufNames.HEAD : GgufNames.TOKEN_EMBEDDING);
            boolean twice = false;
            for (String name : file.entries().keySet()) {
                Rearranged source = Rearranged.asIs(file.tensor(name));
                twice |= source.type().quantised();
                add(name, source, types);
            }
            if (twice) {
                notes.add(from + " is quantised already: its numbers are rounded a second time; quantise the original "
                        + "for a better result");
            }
            GgufWriter.of(metadata, contents(file::requireUnchanged)).save(to);
        }
        return result();
    }

    private Result ggufToHuggingFace(Path to) {
        if (wanted.isPresent() && wanted.get().quantised()) {
            throw new IllegalArgumentException("type " + wanted.get()
                    + ": expected f32, f16 or bf16 for a Hugging Face directory, which holds no quantised numbers");
        }
        try (Gguf file = Gguf.open(from)) {
            GgufModel model = GgufModel.read(file);
            notes.addAll(model.notes());
            ModelConfig config = model.config();
            Layout layout = Layout.huggingFace(config.family());
            DType main = wanted.orElse(mainType(model.parameters()));
            List<TensorSpec> specs = TensorTable.of(config.withLayout(layout));
            for (int i = 0; i < specs.size(); i++) {
                Parameter p = model.parameters().list().get(i);
                Rearranged source = Rearranged.of(config, p.spec().role(), p.weight(), layout);
                add(specs.get(i).name(), source, huggingFaceType(source, main), "");
            }
            Map<String, String> texts = new LinkedHashMap<>(Vocabulary.texts(model, notes));
            model.chat().template(false).ifPresent(template -> texts.put(ChatSource.JINJA, template));
            List<TensorContent> contents = contents(file::requireUnchanged);
            StreamedCheckpoint.save(to, config.withLayout(layout), main, contents, texts);
        }
        return result();
    }

    /**
     * A GGUF file of half-precision weights keeps vectors as F32; they go back to half precision where they came from
     * it, so that nothing has changed on the way there and back.
     */
    private DType huggingFaceType(Rearranged source, DType main) {
        if (wanted.isPresent() || source.type() == main) {
            return main;
        }
        boolean half = main == DType.F16 || main == DType.BF16;
        return switch (source.type()) {
            case F16, BF16 -> source.type();
            case F32 -> half && Recoded.fits(source, main) ? main : DType.F32;
            default -> DType.F32;
        };
    }

    /** Type of most weights, told by the token embedding; F32 where that is quantised. */
    private static DType mainType(Parameters parameters) {
        DType type = Rearranged.asIs(parameters.list().getFirst().weight()).type();
        return type == DType.F16 || type == DType.BF16 ? type : DType.F32;
    }

    private static void putFileType(Map<String, GgufValue> metadata, DType type) {
        metadata.put("general.file_type", GgufValue.of(StorageTypes.fileType(type)));
        if (type.quantised()) {
            metadata.put("general.quantization_version", GgufValue.of(2));
        }
    }

    private void add(String name, Rearranged source, StorageTypes types) {
        StorageTypes.Choice choice = types.choose(name, source);
        add(name, source, choice.type(), choice.reason());
    }

    private void add(String name, Rearranged source, DType type, String reason) {
        tensors.add(new Recoded(from, name, source, type, (tensor, bytes) -> {
            done += bytes;
            listener.accept(new Progress(tensor, done, total));
        }));
        reasons.add(reason);
        total += tensors.getLast().content().bytes();
    }

    /** Contents of all tensors; {@code last} runs when the last number is written and nothing has its name yet. */
    private List<TensorContent> contents(Runnable last) {
        List<TensorContent> contents =
                new ArrayList<>(tensors.stream().map(Recoded::content).toList());
        TensorContent end = contents.removeLast();
        contents.add(new TensorContent(end.name(), end.type(), end.shape(), out -> {
            end.content().writeTo(out);
            last.run();
        }));
        return contents;
    }

    private Result result() {
        List<TensorChange> changes = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            Recoded t = tensors.get(i);
            long elements = t.source().shape().elements();
            changes.add(new TensorChange(
                    t.name(),
                    t.source().type(),
                    t.type(),
                    reasons.get(i),
                    elements,
                    t.source().type().bytes(elements),
                    t.type().bytes(elements),
                    t.squaredError()));
        }
        return new Result(changes, notes);
    }
}
