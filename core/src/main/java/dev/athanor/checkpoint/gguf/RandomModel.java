package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.TensorContent;
import dev.athanor.model.Layout;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * GGUF files of random weights, to measure speed with: they open wherever a model of that shape does, and a model of
 * any size needs a few megabytes of memory to be made.
 */
public final class RandomModel {
    /** Standard deviation of the matrices: GPT-2's, which keeps every layer's numbers near 1. */
    private static final double DEVIATION = 0.02;

    private static final int CHUNK = 1 << 20;

    private RandomModel() {}

    /**
     * Writes a new file. Matrices are uniform random numbers, norms one, biases zero; the head gets Q6_K where
     * {@code type} is Q4_0 or Q4_K, as when a model is quantised.
     *
     * @param config a model without Llama 3's rotation and without a tied head in GPT-NeoX, which need tensors of their
     *     own; of more than 259 tokens
     * @param type of the matrices: F32, F16, BF16, Q8_0, Q6_K, Q4_K or Q4_0
     * @param seed the same file for the same seed, whatever the machine
     * @throws IllegalArgumentException when {@code out} exists, or the model or type has no place here
     * @throws java.io.UncheckedIOException when the disk is full or cannot be written
     */
    public static void write(ModelConfig config, DType type, long seed, Path out) {
        GgufWriter.requireNew(out);
        if (GgufExtras.copiesHead(config) || GgufExtras.ropeFactors(config).isPresent()) {
            throw new IllegalArgumentException("random model: expected one without llama3 rope scaling and without a "
                    + "tied GPT-NeoX head, found " + config);
        }
        ModelConfig arranged = config.withLayout(Layout.gguf(config.family()));
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", GgufValue.of(GgufNames.architecture(config.family())));
        metadata.put("general.type", GgufValue.of("model"));
        metadata.put("general.name", GgufValue.of("random weights"));
        metadata.put("general.file_type", GgufValue.of(StorageTypes.fileType(type)));
        GgufConfigWriter.write(arranged, metadata, new ArrayList<>());
        InventedTokens.write(config.vocabularySize(), metadata);
        StorageTypes types =
                new StorageTypes(Optional.of(type), config.tiedHead() ? GgufNames.TOKEN_EMBEDDING : GgufNames.HEAD);
        List<TensorContent> tensors = new ArrayList<>();
        for (TensorSpec spec : TensorTable.of(arranged)) {
            String name = GgufNames.tensor(spec.role(), spec.layer());
            DType chosen = types.choose(name, DType.F32, spec.shape()).type();
            long stream = seed * 31 + tensors.size();
            tensors.add(new TensorContent(
                    name, chosen, spec.shape(), channel -> write(spec.shape(), chosen, value(spec), stream, channel)));
        }
        GgufWriter.of(metadata, tensors).save(out);
    }

    /** What all numbers of a vector are; matrices are random. */
    private static Optional<Float> value(TensorSpec spec) {
        if (spec.shape().rank() >= 2) {
            return Optional.empty();
        }
        return Optional.of(spec.role().name().endsWith("_NORM_WEIGHT") ? 1f : 0f);
    }

    private static void write(Shape shape, DType type, Optional<Float> value, long stream, WritableByteChannel out)
            throws IOException {
        int columns = shape.dim(-1);
        int most = Math.min(shape.rows(), Math.max(1, CHUNK / columns));
        float[] numbers = new float[most * columns];
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(type.bytes(numbers.length)));
        for (int first = 0; first < shape.rows(); first += most) {
            int begin = first;
            int rows = Math.min(most, shape.rows() - first);
            MemorySegment target = MemorySegment.ofBuffer(buffer.clear());
            IntStream.range(0, rows).parallel().forEach(row -> {
                int at = row * columns;
                if (value.isPresent()) {
                    Arrays.fill(numbers, at, at + columns, value.get());
                } else {
                    draw(numbers, at, columns, new SplittableRandom(stream << 32 | (begin + row)));
                }
                Blocks.encode(type, numbers, at, columns, target, type.bytes(at));
            });
            buffer.limit(Math.toIntExact(type.bytes((long) rows * columns)));
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }
    }

    private static void draw(float[] numbers, int at, int count, SplittableRandom random) {
        double most = DEVIATION * Math.sqrt(3); // of a uniform number of that deviation
        for (int i = at; i < at + count; i++) {
            numbers[i] = (float) random.nextDouble(-most, most);
        }
    }
}
