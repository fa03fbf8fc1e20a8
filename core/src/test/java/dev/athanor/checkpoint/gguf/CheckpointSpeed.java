package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.StreamedCheckpoint;
import dev.athanor.checkpoint.TensorContent;
import dev.athanor.describe.KnownModels;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Layout;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import dev.athanor.model.Transformer;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How fast models of random weights are converted, quantised and opened. Arguments: a folder on the disk to measure,
 * and a name that describe knows (default smollm2-360m).
 */
public final class CheckpointSpeed {
    private static final int ROUNDS = 3;
    private static final int CHUNK = 1 << 20;
    private static final PrintStream OUT = System.out;

    private CheckpointSpeed() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        String name = arguments.length > 1 ? arguments[1] : "smollm2-360m";
        ModelConfig config = KnownModels.find(name).orElseThrow().config().withLayout(Layout.huggingFace(family(name)));
        for (DType type : List.of(DType.F32, DType.BF16)) {
            Path directory = folder.resolve(name + "-" + type);
            if (!Files.exists(directory)) {
                write(directory, config, type);
            }
            Path gguf = folder.resolve(name + "-" + type + ".gguf");
            timed("directory to GGUF, " + type, directory, gguf, Optional.empty());
            timed("GGUF to directory, " + type, gguf, folder.resolve("back"), Optional.empty());
            if (type == DType.F32) {
                for (DType to : List.of(DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q6_K, DType.Q4_K)) {
                    timed("F32 to " + to, gguf, folder.resolve("small.gguf"), Optional.of(to));
                }
            }
            opened(directory);
            opened(gguf);
        }
    }

    private static ModelConfig.Family family(String name) {
        return KnownModels.find(name).orElseThrow().config().family();
    }

    private static void write(Path directory, ModelConfig config, DType type) {
        SplittableRandom random = new SplittableRandom(1);
        List<TensorContent> contents = new ArrayList<>();
        for (TensorSpec spec : TensorTable.of(config)) {
            long elements = spec.shape().elements();
            contents.add(
                    new TensorContent(spec.name(), type, spec.shape(), out -> numbers(out, type, elements, random)));
        }
        StreamedCheckpoint.save(directory, config, type, contents, Map.of());
    }

    private static void numbers(WritableByteChannel out, DType type, long elements, SplittableRandom random)
            throws IOException {
        float[] chunk = new float[CHUNK];
        for (long at = 0; at < elements; at += CHUNK) {
            int count = (int) Math.min(CHUNK, elements - at);
            for (int i = 0; i < count; i++) {
                chunk[i] = ((random.nextInt() >> 8) * 0x1p-23f) * 0.03f;
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) type.bytes(count));
            Blocks.encode(type, chunk, 0, count, MemorySegment.ofBuffer(bytes), 0);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }

    private static void timed(String what, Path from, Path to, Optional<DType> type) throws IOException {
        double[] seconds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            delete(to);
            long start = System.nanoTime();
            Conversion.run(from, to, type, progress -> {});
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        Arrays.sort(seconds);
        double read = size(from) / 1e6;
        double median = seconds[ROUNDS / 2];
        OUT.printf(
                Locale.ROOT,
                "%-26s %8.0f MB to %6.0f MB in %6.2f s: %5.0f MB/s read%n",
                what,
                read,
                size(to) / 1e6,
                median,
                read / median);
    }

    /** From nothing to the scores of the first token, and what the heap grew by. */
    private static void opened(Path path) throws IOException {
        for (int i = 0; i < 2; i++) {
            System.gc();
            long before = heap();
            long start = System.nanoTime();
            try (OpenModel model = ModelFiles.open(path);
                    Compute compute = Compute.create(Runtime.getRuntime().availableProcessors())) {
                double open = (System.nanoTime() - start) / 1e9;
                Transformer transformer = new Transformer(model.parameters(), compute);
                transformer.nextLogits(new int[] {1}, transformer.newCache(16));
                double first = (System.nanoTime() - start) / 1e9;
                System.gc();
                OUT.printf(
                        Locale.ROOT,
                        "%-26s %8.0f MB open after %.3f s, first token after %.2f s, heap grown by %.1f MB%n",
                        path.getFileName(),
                        size(path) / 1e6,
                        open,
                        first,
                        (heap() - before) / 1e6);
            }
        }
    }

    private static long heap() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long size(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
