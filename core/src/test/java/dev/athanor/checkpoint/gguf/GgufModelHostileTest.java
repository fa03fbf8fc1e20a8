package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.athanor.checkpoint.DurableFiles;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.Sentences;
import dev.athanor.checkpoint.TensorContent;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sound GGUF files that are no sound models: each is refused with the key or tensor that is wrong. */
class GgufModelHostileTest {
    @TempDir
    Path directory;

    /** A change of metadata and tensors, and what the refusal must say. */
    record Case(
            String name, BiConsumer<Map<String, GgufValue>, Map<String, TensorContent>> change, String... expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case key(String key, GgufValue value, String... expected) {
        return new Case(key + "=" + value, (metadata, tensors) -> metadata.put(key, value), expected);
    }

    private static Case without(String key, String... expected) {
        return new Case("without " + key, (metadata, tensors) -> metadata.remove(key), expected);
    }

    private static GgufValue i64(long value) {
        return new GgufValue.Whole(GgufType.INT64, value);
    }

    private static TensorContent tensor(String name, DType type, int... dims) {
        Shape shape = Shape.of(dims);
        byte[] zeros = new byte[(int) type.bytes(shape.elements())];
        return new TensorContent(name, type, shape, out -> out.write(ByteBuffer.wrap(zeros)));
    }

    private static Case tensors(
            String name, BiConsumer<Map<String, TensorContent>, String> change, String... expected) {
        return new Case(name, (metadata, tensors) -> change.accept(tensors, name), expected);
    }

    static Stream<Case> cases() {
        return Stream.concat(keys(), shapes());
    }

    private static Stream<Case> keys() {
        return Stream.of(
                without("general.architecture", "key general.architecture to be a text, found nothing"),
                key(
                        "general.architecture",
                        GgufValue.of("mamba"),
                        "one of gpt2, gptneox, llama, qwen2, qwen3, found mamba"),
                key("general.architecture", GgufValue.of("x\u001b[2J"), "found x\\u001b[2J"),
                key("general.architecture", GgufValue.of(3), "to be a text, found UINT32 3"),
                key("split.count", GgufValue.of(3), "one of several parts; join them"),
                without("llama.block_count", "key llama.block_count to be a whole number, found nothing"),
                key(
                        "llama.block_count",
                        GgufValue.of(0),
                        "llama.block_count to be a whole number between 1 and 4096, found UINT32 0"),
                key("llama.block_count", GgufValue.of(4097), "found UINT32 4097"),
                key("llama.block_count", GgufValue.of("2"), "a whole number between 1 and 4096, found 2"),
                key("llama.block_count", GgufValue.of(2.0), "found FLOAT32 2.0"),
                key("llama.block_count", i64(-2), "found INT64 -2"),
                key("llama.block_count", i64(1L << 32 | 2), "found INT64 4294967298"),
                key("llama.block_count", new GgufValue.Whole(GgufType.UINT64, -1), "found UINT64 18446744073709551615"),
                key("llama.block_count", GgufValue.of(new int[] {2, 2}), "found ARRAY array of 2 INT32"),
                key("llama.embedding_length", GgufValue.of(0), "llama.embedding_length to be a whole number between 1"),
                key(
                        "llama.embedding_length",
                        GgufValue.of(64),
                        "tensor token_embd.weight: expected [320, 64]",
                        "found [320, 32]"),
                key("llama.context_length", GgufValue.of(0), "llama.context_length"),
                key("llama.attention.head_count", GgufValue.of(0), "llama.attention.head_count"),
                key(
                        "llama.attention.head_count",
                        GgufValue.of(3),
                        "expected heads to be a multiple of kvHeads, found heads=3"),
                key("llama.attention.head_count_kv", GgufValue.of(3), "kvHeads=3"),
                key("llama.attention.key_length", GgufValue.of(7), "value_length to be as long as keys, 7, found 8"),
                key("llama.attention.value_length", GgufValue.of(4), "as long as keys, 8, found 4"),
                key("llama.rope.dimension_count", GgufValue.of(7), "even number of rotary dimensions"),
                key("llama.rope.dimension_count", GgufValue.of(10), "between 2 and 8, found UINT32 10"),
                key(
                        "llama.rope.freq_base",
                        GgufValue.of(Float.NaN),
                        "a floating-point number above 0, found FLOAT32 NaN"),
                key("llama.rope.freq_base", GgufValue.of(Float.POSITIVE_INFINITY), "found FLOAT32 Infinity"),
                key("llama.rope.freq_base", GgufValue.of(-1.0), "found FLOAT32 -1.0"),
                key("llama.rope.freq_base", GgufValue.of(10_000), "found UINT32 10000"),
                key("llama.rope.scaling.type", GgufValue.of("longrope"), "none, linear or yarn, found longrope"),
                key("llama.rope.scaling.factor", GgufValue.of(0.5), "a factor of at least 1, found 0.5"),
                without(
                        "llama.attention.layer_norm_rms_epsilon",
                        "llama.attention.layer_norm_rms_epsilon to be a floating-point number, found nothing"),
                key("llama.attention.layer_norm_rms_epsilon", GgufValue.of(0.0), "above 0, found FLOAT32 0.0"),
                key(
                        "llama.vocab_size",
                        GgufValue.of(319),
                        "llama.vocab_size to be as long as token_embd.weight has rows, 320, found 319"),
                key(
                        "tokenizer.ggml.tokens",
                        GgufValue.of(List.of("a")),
                        "tokenizer.ggml.tokens to be as long as token_embd.weight has rows, 320, found an array of 1"),
                key("tokenizer.ggml.tokens", GgufValue.of("a"), "tokenizer.ggml.tokens to be an array, found a"),
                key("tokenizer.ggml.bos_token_id", GgufValue.of(320), "between 0 and 319, found UINT32 320"),
                key("tokenizer.ggml.eos_token_id", GgufValue.of(-1), "found UINT32 4294967295"),
                key("tokenizer.ggml.eot_token_id", GgufValue.of(9999), "tokenizer.ggml.eot_token_id"),
                key(
                        "llama.expert_count",
                        GgufValue.of(8),
                        "llama.expert_count to be absent (Athanor does not compute it for llama)"),
                key("llama.logit_scale", GgufValue.of(0.5), "llama.logit_scale to be absent"),
                key("llama.attention.causal", GgufValue.of(false), "llama.attention.causal to be true, found false"),
                key("llama.attention.sliding_window", GgufValue.of(0), "llama.attention.sliding_window"));
    }

    private static Stream<Case> shapes() {
        String up = "blk.1.ffn_up.weight";
        return Stream.of(
                tensors(
                        "no embedding",
                        (t, n) -> t.remove("token_embd.weight"),
                        "a matrix token_embd.weight",
                        "found none"),
                tensors(
                        "an embedding that is a vector",
                        (t, n) -> t.put("token_embd.weight", tensor("token_embd.weight", DType.F32, 320)),
                        "found [320]"),
                tensors(
                        "a tensor missing",
                        (t, n) -> t.remove(up),
                        "tensor blk.1.ffn_up.weight: expected [48, 32]",
                        "found no tensor of that name"),
                tensors(
                        "a transposed tensor",
                        (t, n) -> t.put(up, tensor(up, DType.F32, 32, 48)),
                        "expected [48, 32]",
                        "found [32, 48] at byte"),
                tensors(
                        "a tensor of whole numbers",
                        (t, n) -> t.put(up, tensor(up, DType.I32, 48, 32)),
                        "floating-point or quantised numbers, found I32"),
                tensors(
                        "a tensor nobody knows",
                        (t, n) -> t.put("x", tensor("x", DType.F32, 3)),
                        "tensor x: expected only tensors that llama has"),
                tensors(
                        "a bias in one block only",
                        (t, n) -> t.put("blk.0.attn_q.bias", tensor("blk.0.attn_q.bias", DType.F32, 32)),
                        "attn_k.bias: expected [16]"),
                tensors(
                        "a gate's bias",
                        (t, n) -> t.put("blk.0.ffn_gate.bias", tensor("blk.0.ffn_gate.bias", DType.F32, 48)),
                        "expected only tensors that llama has"),
                tensors(
                        "factors of another length",
                        (t, n) -> t.put("rope_freqs.weight", tensor("rope_freqs.weight", DType.F32, 5)),
                        "rope_freqs.weight: expected [4] for 8 rotated dimensions, found [5]"),
                tensors(
                        "factors of zero",
                        (t, n) -> t.put("rope_freqs.weight", tensor("rope_freqs.weight", DType.F32, 4)),
                        "expected the factors of the rule llama3",
                        "found 0.0"));
    }

    private Path write(BiConsumer<Map<String, GgufValue>, Map<String, TensorContent>> change) {
        Path file = directory.resolve("model.gguf");
        try (Gguf good = Gguf.open(GgufModelTest.file("llama-gqa"))) {
            Map<String, GgufValue> metadata = new LinkedHashMap<>(good.metadata());
            metadata.remove("general.alignment");
            Map<String, TensorContent> tensors = new LinkedHashMap<>();
            good.entries()
                    .values()
                    .forEach(e -> tensors.put(
                            e.name(),
                            new TensorContent(
                                    e.name(),
                                    e.dtype(),
                                    e.shape(),
                                    out -> out.write(
                                            good.tensor(e.name()).bytes().asByteBuffer()))));
            change.accept(metadata, tensors);
            GgufWriter.of(metadata, new ArrayList<>(tensors.values())).save(file);
        }
        return file;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedWithTheReason(Case hostile) {
        Path file = write(hostile.change);
        ModelFormatException e = assertThrows(
                ModelFormatException.class, () -> GgufModel.open(file).close());
        Sentences.assertContains(e, hostile.expected);
        Sentences.assertContains(e, file.toString());
    }

    @Test
    void theUnchangedFileIsAModelAndAnUnknownKeyIsANote() {
        Path file = write((metadata, tensors) -> metadata.put("llama.some.key", GgufValue.of(1)));
        try (OpenModel open = GgufModel.open(file)) {
            assertEquals(List.of(file + ": key llama.some.key is not known to Athanor and was ignored"), open.notes());
        }
    }

    /** A disk on which every file ends after some bytes. */
    private record SmallDisk(DurableFiles real, long most) {
        DurableFiles files() {
            return new DurableFiles() {
                @Override
                public Output create(Path file) throws IOException {
                    Output out = real.create(file);
                    long[] left = {most};
                    return new Output() {
                        @Override
                        public int write(ByteBuffer source) throws IOException {
                            if (left[0] < source.remaining()) {
                                throw new IOException("No space left on device");
                            }
                            int written = out.write(source);
                            left[0] -= written;
                            return written;
                        }

                        @Override
                        public void force() throws IOException {
                            out.force();
                        }

                        @Override
                        public boolean isOpen() {
                            return out.isOpen();
                        }

                        @Override
                        public void close() throws IOException {
                            out.close();
                        }
                    };
                }

                @Override
                public long usableSpace(Path place) {
                    return Long.MAX_VALUE;
                }

                @Override
                public void createDirectory(Path place) throws IOException {
                    real.createDirectory(place);
                }

                @Override
                public void forceDirectory(Path place) throws IOException {
                    real.forceDirectory(place);
                }

                @Override
                public void move(Path from, Path to) throws IOException {
                    real.move(from, to);
                }

                @Override
                public void delete(Path path) throws IOException {
                    real.delete(path);
                }
            };
        }
    }

    @Test
    void aFullDiskLeavesNothing() throws IOException {
        GgufWriter writer = GgufWriter.of(Map.of("a", GgufValue.of(1)), List.of(tensor("t", DType.F32, 1000)));
        Path file = directory.resolve("full.gguf");
        for (long most : new long[] {0, 50, 100, writer.size() - 1}) {
            DurableFiles disk = new SmallDisk(DurableFiles.real(), most).files();
            UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> writer.save(file, disk));
            Sentences.assertContains(e, "full.gguf: the model could not be saved: No space left on device");
            try (Stream<Path> list = Files.list(directory)) {
                assertEquals(List.of(), list.toList(), "room for " + most);
            }
        }
        writer.save(file, new SmallDisk(DurableFiles.real(), writer.size()).files());
        assertEquals(writer.size(), Files.size(file));
    }
}
