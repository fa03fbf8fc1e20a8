package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories whose files do not belong together. */
class CheckpointHostileTest {
    @TempDir
    Path directory;

    /** The tensors of a fixture after {@code change}, written beside its config.json. */
    private void write(String fixture, Consumer<Map<String, Tensor>> change) throws IOException {
        Path source = Fixtures.directory(fixture);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Checkpoint.load(source).list().forEach(p -> tensors.put(p.name(), p.value()));
        change.accept(tensors);
        Files.writeString(directory.resolve("config.json"), Files.readString(source.resolve("config.json")));
        try (FileChannel out = FileChannel.open(
                directory.resolve("model.safetensors"),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            SafetensorsWriter.write(out, tensors, Map.of());
        }
    }

    private void assertRefused(String... fragments) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Checkpoint.load(directory));
        Sentences.assertContains(e, fragments);
    }

    private static Tensor zeros(int... dims) {
        return Tensor.zeros(dims);
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        write("llama-gqa", t -> t.remove("model.layers.1.mlp.up_proj.weight"));
        assertRefused(
                "tensor model.layers.1.mlp.up_proj.weight: expected [48, 32] from config.json (intermediate_size=48",
                "found no tensor of that name in");
    }

    @Test
    void aWrongShapeIsNamedWithItsPlace() throws IOException {
        write("llama-gqa", t -> t.put("model.layers.1.mlp.up_proj.weight", zeros(48, 64)));
        assertRefused(
                "tensor model.layers.1.mlp.up_proj.weight: expected [48, 32] from config.json (intermediate_size=48",
                "found [48, 64] in ",
                "model.safetensors at byte ");
    }

    @Test
    void aTransposedTensorIsNotTheSame() throws IOException {
        write("gpt2", t -> t.put("transformer.h.0.mlp.c_fc.weight", zeros(128, 32)));
        assertRefused("transformer.h.0.mlp.c_fc.weight: expected [32, 128]", "found [128, 32]");
    }

    @Test
    void furtherTensorsAreNamed() throws IOException {
        write("llama-gqa", t -> {
            for (int i = 0; i < 9; i++) {
                t.put("model.layers.2.extra" + i, zeros(3));
            }
        });
        assertRefused(
                "tensor model.layers.2.extra0: expected only tensors that config.json describes, found it as [3] in ",
                "at byte ",
                ", and model.layers.2.extra1, model.layers.2.extra2, model.layers.2.extra3 and 5 more",
                "does config.json belong to these weights?");
    }

    @Test
    void anExtraBiasIsNotIgnored() throws IOException {
        write("llama-gqa", t -> t.put("model.layers.0.self_attn.q_proj.bias", zeros(32)));
        assertRefused("tensor model.layers.0.self_attn.q_proj.bias: expected only tensors");
    }

    @Test
    void buffersOfOldCheckpointsAreIgnored() throws IOException {
        write("gpt2", t -> {
            t.put("transformer.h.0.attn.bias", zeros(1, 1, 64, 64));
            t.put("transformer.h.1.attn.masked_bias", zeros());
        });
        Checkpoint.load(directory);
        write("gpt-neox-parallel", t -> {
            t.put("gpt_neox.layers.0.attention.bias", zeros(1, 1, 64, 64));
            t.put("gpt_neox.layers.0.attention.masked_bias", zeros());
            t.put("gpt_neox.layers.1.attention.rotary_emb.inv_freq", zeros(4));
        });
        Checkpoint.load(directory);
        write("llama-gqa", t -> t.put("model.layers.0.self_attn.rotary_emb.inv_freq", zeros(4)));
        Checkpoint.load(directory);
        write("llama-gqa", t -> t.put("other.rotary_emb.inv_freq", zeros(4)));
        assertRefused("tensor other.rotary_emb.inv_freq");
    }

    @Test
    void theFirstGpt2CheckpointsHaveNoPrefix() throws IOException {
        write("gpt2", t -> {
            Map<String, Tensor> plain = new LinkedHashMap<>();
            t.forEach((name, tensor) -> plain.put(name.substring("transformer.".length()), tensor));
            plain.put("h.0.attn.bias", zeros(1, 1, 64, 64));
            t.clear();
            t.putAll(plain);
        });
        CheckpointRoundTripTest.assertSameBits(Checkpoint.load(Fixtures.directory("gpt2")), Checkpoint.load(directory));
    }

    @Test
    void aTensorUnderBothNamesIsRefused() throws IOException {
        write("gpt2", t -> t.put("wpe.weight", zeros(64, 32)));
        assertRefused("tensor wpe.weight: expected only tensors");
    }

    @Test
    void aTiedHeadMayBeStoredAgainIfItIsTheSame() throws IOException {
        write("llama-tied", t -> t.put("lm_head.weight", t.getOrDefault("model.embed_tokens.weight", zeros())));
        CheckpointRoundTripTest.assertSameBits(
                Checkpoint.load(Fixtures.directory("llama-tied")), Checkpoint.load(directory));
        write("llama-tied", t -> {
            float[] other = t.getOrDefault("model.embed_tokens.weight", zeros()).toArray();
            other[77] += 1;
            t.put("lm_head.weight", Tensor.view(other, 0, Shape.of(320, 32)));
        });
        assertRefused(
                "tensor lm_head.weight: expected the token embedding again, because config.json has tie_word_embeddings=true",
                "found another number at index 77");
        write("llama-tied", t -> t.put("lm_head.weight", zeros(32, 320)));
        assertRefused("found [32, 320] for [320, 32]");
    }

    @Test
    void weightsOfAnotherTypeAreRefused() throws IOException {
        write("qwen3", t -> {});
        Path file = directory.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        String header = new String(bytes, 8, 400, java.nio.charset.StandardCharsets.ISO_8859_1);
        int at = 8 + header.indexOf("F32");
        bytes[at] = 'I';
        Files.write(file, bytes);
        assertRefused("expected floating-point numbers (F32, BF16, F16 or F64), found I32");
    }

    @Test
    void aConfigurationOfTensorsLargerThanTheFileIsRefusedWithoutMemory() throws IOException {
        write("qwen3", t -> {});
        Path config = directory.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"vocab_size\": 320", "\"vocab_size\": 16777216")
                        .replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 4096"));
        assertRefused("expected");
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        write("qwen3", t -> {});
        Path file = directory.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += length < 4000 ? 7 : 997) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused("model.safetensors: expected");
        }
    }

    @Test
    void whatIsNoModelDirectoryIsSaidSo() throws IOException {
        assertRefused("expected a model directory with config.json, found none there");
        write("qwen3", t -> {});
        Files.delete(directory.resolve("model.safetensors"));
        assertRefused("expected either model.safetensors or model.safetensors.index.json, found neither");
        Files.write(directory.resolve("config.json"), new byte[] {'{', (byte) 0xff, '}'});
        assertRefused("config.json: expected text in UTF-8");
        Files.write(directory.resolve("config.json"), new byte[5 << 20]);
        assertRefused("config.json: expected at most 4194304 bytes, found 5242880");
        assertEquals(Optional.empty(), Checkpoint.tokenizer(directory));
    }

    private Path shards() throws IOException {
        Parameters parameters = Checkpoint.load(Fixtures.directory("qwen3"));
        Checkpoint.save(directory, parameters, Optional.empty(), new SaveOptions(DType.F32, 60_000, Map.of()));
        return directory.resolve("model.safetensors.index.json");
    }

    private void changeIndex(Path index, String from, String to) throws IOException {
        String text = Files.readString(index);
        assertTrue(text.contains(from), text);
        Files.writeString(
                index,
                text.replaceFirst(java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model-00001-of-00003.safetensors",
                "/etc/passwd",
                "a/b.safetensors",
                "..",
                ".",
                "",
                "a\\\\b.safetensors",
                "C:\\\\x.safetensors",
                "..safetensors",
                ".hidden.safetensors",
                "x.safetensors\\u0000",
                "x.bin",
                "x.safetensors ",
                " x.safetensors",
                "-x.safetensors",
                "x:y.safetensors",
                "\\u002e\\u002e/x.safetensors",
                "x.safetensors/..",
                "file:x.safetensors",
                "%2e%2e.safetensors"
            })
    void aShardNameThatLeavesTheDirectoryIsRefused(String name) throws IOException {
        Path index = shards();
        changeIndex(index, "\"model-00001-of-00003.safetensors\"", "\"" + name + "\"");
        assertRefused("index.json: expected tensor model.embed_tokens.weight in a file of this directory named like");
    }

    @Test
    void aShardThatIsNoStringIsRefused() throws IOException {
        changeIndex(shards(), "\"model-00001-of-00003.safetensors\"", "7");
        assertRefused("in a file of this directory named like", "found 7");
    }

    @Test
    void anIndexMustAgreeWithItsShards() throws IOException {
        changeIndex(shards(), "\"model-00001-of-00003.safetensors\"", "\"model-00002-of-00003.safetensors\"");
        assertRefused(
                "expected tensor model.embed_tokens.weight in model-00002-of-00003.safetensors, found none of that name there");
        changeIndex(shards(), "\"weight_map\"", "\"map\"");
        assertRefused("expected an object weight_map, found none");
        changeIndex(shards(), "\"model.norm.weight\" : ", "\"model.norm.weights\" : ");
        assertRefused("expected tensor model.norm.weights in", "found none of that name there");
        changeIndex(shards(), "\"model.embed_tokens.weight\" : \"model-00001-of-00003.safetensors\",", "");
        assertRefused(
                "expected every tensor of", "in weight_map under that file, found model.embed_tokens.weight missing");
        Path index = shards();
        Files.delete(directory.resolve("model-00003-of-00003.safetensors"));
        assertRefused("expected shard model-00003-of-00003.safetensors beside it, found none");
        shards();
        Files.copy(Fixtures.directory("qwen3").resolve("model.safetensors"), directory.resolve("model.safetensors"));
        assertRefused("found both; remove the one that is out of date");
        Files.delete(directory.resolve("model.safetensors"));
        Files.writeString(index, "{\"weight_map\":[]}");
        assertRefused("expected an object weight_map, found []");
    }

    @Test
    void aLinkOutOfTheDirectoryIsRefusedButTheDownloadCacheWorks(@TempDir Path elsewhere) throws IOException {
        shards();
        Path shard = directory.resolve("model-00002-of-00003.safetensors");
        Path moved = Files.move(shard, elsewhere.resolve("real.safetensors"));
        Files.createSymbolicLink(shard, moved);
        assertRefused("expected shard model-00002-of-00003.safetensors to lie in", "found a link to");

        Path snapshot = Files.createDirectories(elsewhere.resolve("models--x/snapshots/abc"));
        Path blobs = Files.createDirectories(elsewhere.resolve("models--x/blobs"));
        Files.delete(shard);
        Files.move(moved, shard);
        for (Path file : List.of(
                directory.resolve("config.json"),
                directory.resolve("model.safetensors.index.json"),
                directory.resolve("model-00001-of-00003.safetensors"),
                shard,
                directory.resolve("model-00003-of-00003.safetensors"))) {
            Path blob = Files.move(file, blobs.resolve("sha-" + file.getFileName()));
            Files.createSymbolicLink(snapshot.resolve(String.valueOf(file.getFileName())), blob);
        }
        CheckpointRoundTripTest.assertSameBits(Checkpoint.load(Fixtures.directory("qwen3")), Checkpoint.load(snapshot));
    }

    @Test
    void endTokensComeFromTheGenerationConfiguration() throws IOException {
        write("qwen3", t -> {});
        assertEquals(List.of(0), Checkpoint.endTokens(directory));
        Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\":[3,4]}");
        assertEquals(List.of(3, 4), Checkpoint.endTokens(directory));
        Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\":320}");
        Sentences.assertContains(
                assertThrows(ModelFormatException.class, () -> Checkpoint.endTokens(directory)),
                "generation_config.json: expected eos_token_id");
    }
}
