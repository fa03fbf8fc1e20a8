package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.Fixtures;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.Safetensors;
import dev.athanor.checkpoint.SaveOptions;
import dev.athanor.checkpoint.Sentences;
import dev.athanor.checkpoint.TensorEntry;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.Parameters;
import dev.athanor.model.RopeScaling;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {
    private static final long SEED = 6;

    @TempDir
    Path temporary;

    private Conversion.Result convert(Path from, Path to, DType... type) {
        return Conversion.run(from, to, Stream.of(type).findFirst(), progress -> {});
    }

    static Stream<Arguments> casesAndTypes() {
        return Fixtures.CASES.stream()
                .flatMap(name -> Stream.of(DType.F32, DType.F16, DType.BF16).map(type -> Arguments.of(name, type)));
    }

    /** A fixture saved in {@code type}. */
    private Path source(String name, DType type) {
        Path directory = temporary.resolve("source");
        Checkpoint.save(
                directory,
                Checkpoint.load(Fixtures.directory(name)),
                Optional.empty(),
                new SaveOptions(type, 1L << 30, Map.of()));
        return directory;
    }

    @ParameterizedTest
    @MethodSource("casesAndTypes")
    void toGgufAndBackIsBitForBitTheSame(String name, DType type) {
        Path source = source(name, type);
        convert(source, temporary.resolve("there.gguf"));
        convert(temporary.resolve("there.gguf"), temporary.resolve("back"));
        assertEquals(Checkpoint.config(source), Checkpoint.config(temporary.resolve("back")));
        assertEquals(Checkpoint.endTokens(source), Checkpoint.endTokens(temporary.resolve("back")));
        assertSameTensors(source, temporary.resolve("back"), type);
    }

    private static void assertSameTensors(Path source, Path back, DType type) {
        try (Safetensors before = Safetensors.open(source.resolve("model.safetensors"));
                Safetensors after = Safetensors.open(back.resolve("model.safetensors"))) {
            assertEquals(
                    before.entries().keySet().stream().sorted().toList(),
                    after.entries().keySet().stream().sorted().toList());
            for (TensorEntry e : before.entries().values()) {
                TensorEntry other = after.entry(e.name());
                assertEquals(type, other.dtype(), e.name());
                assertEquals(e.shape(), other.shape(), e.name());
                assertArrayEquals(
                        before.bytes(e.name()).toArray(ValueLayout.JAVA_BYTE),
                        after.bytes(e.name()).toArray(ValueLayout.JAVA_BYTE),
                        e.name());
            }
        }
    }

    /** The fixtures' GGUF files were arranged by another program: ours must have its bytes. */
    @ParameterizedTest
    @MethodSource("dev.athanor.checkpoint.gguf.GgufModelTest#cases")
    void tensorsAreThoseAnotherProgramWrote(String name) {
        Path ours = temporary.resolve("ours.gguf");
        convert(Fixtures.directory(name), ours);
        try (Gguf expected = Gguf.open(GgufModelTest.file(name));
                Gguf found = Gguf.open(ours)) {
            for (TensorEntry e : found.entries().values()) {
                assertEquals(expected.tensor(e.name()).shape(), e.shape(), e.name());
                assertEquals(
                        -1,
                        expected.tensor(e.name())
                                .bytes()
                                .mismatch(found.tensor(e.name()).bytes()),
                        e.name());
            }
            // Theirs store a tied head a second time.
            int copies = GgufModel.read(found).config().tiedHead()
                            && !found.entries().containsKey("output.weight")
                    ? 1
                    : 0;
            assertEquals(expected.entries().size() - copies, found.entries().size());
        }
    }

    static Stream<Arguments> scalings() {
        return Stream.of(
                Arguments.of("llama-gqa", new RopeScaling.Linear(4)),
                Arguments.of("qwen3", new RopeScaling.Yarn(4, 32, 32, 1, RopeScaling.Yarn.usualAttentionFactor(4))),
                Arguments.of("qwen2", new RopeScaling.Yarn(2.5, 16, 16, 2, RopeScaling.Yarn.usualAttentionFactor(2.5))),
                Arguments.of("gpt-neox-sequential", new RopeScaling.Linear(2)),
                Arguments.of("llama-gqa", new RopeScaling.Llama3(8, 1, 4, 8192)),
                Arguments.of("llama-tied", new RopeScaling.Llama3(32, 1, 4, 8192)),
                Arguments.of("llama-tied", new RopeScaling.Llama3(3, 0.5, 7, 100)));
    }

    private static Parameters scaled(String name, RopeScaling scaling) {
        Parameters plain = Checkpoint.load(Fixtures.directory(name));
        ModelConfig c = plain.config();
        Positions.Rotary rotary = c.rotary().orElseThrow();
        Positions changed = new Positions.Rotary(rotary.theta(), rotary.dimensions(), scaling);
        ModelConfig config = new ModelConfig(
                c.family(),
                c.vocabularySize(),
                c.contextLength(),
                c.layers(),
                c.width(),
                c.heads(),
                c.kvHeads(),
                c.headSize(),
                c.feedForwardWidth(),
                c.norm(),
                c.normEpsilon(),
                c.activation(),
                changed,
                c.parallelResidual(),
                c.qkNorm(),
                c.qkvBias(),
                c.attentionOutputBias(),
                c.feedForwardBias(),
                c.tiedHead(),
                c.slidingWindow(),
                c.dropout(),
                c.bosToken(),
                c.eosToken());
        return Parameters.of(
                config,
                spec -> plain.list().stream()
                        .filter(p -> p.name().equals(spec.name()))
                        .findFirst()
                        .orElseThrow()
                        .value());
    }

    @ParameterizedTest
    @MethodSource("scalings")
    void scaledRotationComesBackAndComputesTheSame(String name, RopeScaling scaling) {
        Path source = temporary.resolve("source");
        Parameters parameters = scaled(name, scaling);
        Checkpoint.save(source, parameters, Optional.empty());
        Path there = temporary.resolve("there.gguf");
        convert(source, there);
        convert(there, temporary.resolve("back"));
        assertEquals(parameters.config(), Checkpoint.config(temporary.resolve("back")));
        try (Compute compute = Compute.create(1);
                OpenModel gguf = GgufModel.open(there)) {
            int[] tokens = new SplittableRandom(SEED).ints(48, 0, 320).toArray();
            // Another arrangement of the rows of queries and keys changes the order of no sum but that of their
            // products: logits reach 20, some 10 roundings of 1e-6.
            assertArrayEquals(
                    new Transformer(parameters, compute).logits(tokens, 1, 48).data(),
                    new Transformer(gguf.parameters(), compute)
                            .logits(tokens, 1, 48)
                            .data(),
                    2e-5f,
                    "seed " + SEED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "Q6_K", "Q4_K", "Q4_0"})
    void quantisedModelsKeepVectorsAndSayWhatTheyCouldNotQuantise(String type) {
        Path file = temporary.resolve("small.gguf");
        Conversion.Result result = convert(Fixtures.directory("gpt2"), file, DType.valueOf(type));
        for (TensorChange t : result.tensors()) {
            boolean vector = t.name().contains("norm")
                    || t.name().endsWith(".bias")
                    || t.name().startsWith("position");
            if (vector) {
                assertEquals(DType.F32, t.after(), t.name());
                assertEquals(0.0, t.squaredError(), t.name());
            } else {
                // Rows of 32 numbers are no whole block of 256: K types fall back to Q8_0.
                boolean head = t.name().equals("token_embd.weight");
                assertEquals(type.equals("Q4_0") && !head ? DType.Q4_0 : DType.Q8_0, t.after(), t.name());
                assertEquals(t.after().name().equals(type), t.reason().isEmpty(), t.name() + ": " + t.reason());
                assertTrue(t.squaredError() > 0, t.name());
                assertTrue(t.bytesAfter() < t.bytesBefore(), t.name());
            }
        }
    }

    @Test
    void theErrorReportedIsTheErrorMade() {
        Path file = temporary.resolve("small.gguf");
        Conversion.Result result = convert(Fixtures.directory("llama-gqa"), file, DType.Q8_0);
        Parameters before = Checkpoint.load(Fixtures.directory("llama-gqa"));
        Path back = temporary.resolve("back");
        convert(file, back);
        Parameters after = Checkpoint.load(back);
        for (int i = 0; i < before.list().size(); i++) {
            float[] expected = before.list().get(i).value().toArray();
            float[] found = after.list().get(i).value().toArray();
            double sum = 0;
            for (int j = 0; j < expected.length; j++) {
                sum += Math.pow((double) expected[j] - found[j], 2);
            }
            TensorChange change = result.tensors().get(i);
            // The same terms in another order.
            assertEquals(sum, change.squaredError(), 1e-9 * Math.max(sum, 1e-30), change.name());
        }
    }

    @Test
    void aQuantisedFileQuantisedAgainSaysSo() {
        convert(Fixtures.directory("llama-gqa"), temporary.resolve("a.gguf"), DType.Q8_0);
        Conversion.Result again = convert(temporary.resolve("a.gguf"), temporary.resolve("b.gguf"), DType.Q4_0);
        assertTrue(
                again.notes().getFirst().contains("rounded a second time"),
                again.notes().toString());
        Conversion.Result same = convert(temporary.resolve("a.gguf"), temporary.resolve("c.gguf"), DType.Q8_0);
        for (TensorChange t : same.tensors()) {
            assertEquals(0.0, t.squaredError(), t.name());
        }
    }

    @Test
    void aNumberTooLargeForTheTypeIsNamed() {
        Path source = temporary.resolve("source");
        Parameters parameters = Checkpoint.load(Fixtures.directory("qwen3"));
        Tensor up = parameters.list().stream()
                .filter(p -> p.name().contains("up_proj"))
                .findFirst()
                .orElseThrow()
                .value();
        up.data()[up.offset() + 37] = 70_000;
        Checkpoint.save(source, parameters, Optional.empty());
        Path to = temporary.resolve("x.gguf");
        Sentences.assertContains(
                assertThrows(ModelFormatException.class, () -> convert(source, to, DType.F16)),
                "tensor blk.0.ffn_up.weight: expected numbers that are finite in F16, found 70000.0 at index 37");
        assertEquals(List.of("source"), names());
    }

    @Test
    void whatExistsIsNeverOverwritten() throws IOException {
        Path to = Files.writeString(temporary.resolve("x.gguf"), "mine");
        Sentences.assertContains(
                assertThrows(IllegalArgumentException.class, () -> convert(Fixtures.directory("qwen3"), to)),
                "x.gguf: expected a new name to write to");
        assertEquals("mine", Files.readString(to));
        Path directory = Files.createDirectory(temporary.resolve("d"));
        assertThrows(IllegalArgumentException.class, () -> convert(GgufModelTest.file("qwen3"), directory));
        assertThrows(
                IllegalArgumentException.class,
                () -> convert(Fixtures.directory("qwen3"), temporary.resolve("neither")));
        assertThrows(
                IllegalArgumentException.class,
                () -> convert(GgufModelTest.file("qwen3"), temporary.resolve("e"), DType.Q8_0));
        assertEquals(List.of("d", "x.gguf"), names());
    }

    @Test
    void aFileChangedWhileItIsConvertedLeavesNothing() throws IOException {
        Path from = temporary.resolve("from.gguf");
        Files.copy(GgufModelTest.file("qwen3"), from);
        boolean[] changed = new boolean[1];
        ModelFormatException e = assertThrows(
                ModelFormatException.class,
                () -> Conversion.run(from, temporary.resolve("to"), Optional.empty(), progress -> {
                    if (!changed[0]) {
                        changed[0] = true;
                        append(from);
                    }
                }));
        Sentences.assertContains(e, "from.gguf: expected the file to stay as it was when it was opened");
        assertEquals(List.of("from.gguf"), names());
    }

    private static void append(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.wrap(new byte[1]));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void progressEndsAtTheWhole() {
        long[] last = new long[2];
        Conversion.run(Fixtures.directory("qwen3"), temporary.resolve("x.gguf"), Optional.empty(), p -> {
            assertTrue(p.done() > last[0] && p.done() <= p.total(), p.toString());
            last[0] = p.done();
            last[1] = p.total();
        });
        assertEquals(last[1], last[0]);
        assertFalse(last[1] == 0);
    }

    private List<String> names() {
        try (Stream<Path> list = Files.list(temporary)) {
            return list.map(p -> String.valueOf(p.getFileName())).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
