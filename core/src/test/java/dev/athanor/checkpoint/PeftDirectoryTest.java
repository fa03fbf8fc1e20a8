package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.model.Adapters;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Adapters on the disk are those PEFT writes and reads. */
class PeftDirectoryTest {
    private static final long SEED = 77;

    @TempDir
    Path folder;

    static List<String> cases() {
        return Fixtures.CASES;
    }

    private static Adapters adapters(ModelConfig config, Set<Role> roles) {
        SplittableRandom random = new SplittableRandom(SEED);
        return Adapters.of(config, 3, 6, roles, (spec, side) -> {
            Tensor t = Tensor.zeros(Adapters.side(config, spec, 3, side).shape().toArray());
            for (int i = 0; i < t.size(); i++) {
                t.data()[i] = (float) random.nextGaussian();
            }
            return t;
        });
    }

    private Path save(String name, Set<Role> roles) {
        Path base = Fixtures.directory(name);
        ModelConfig config = Checkpoint.config(base);
        Path out = folder.resolve("adapters");
        PeftDirectory.save(out, adapters(config, roles), config, base.toString(), Map.of());
        return out;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsWrittenIsReadBitForBit(String name) {
        ModelConfig config = Checkpoint.config(Fixtures.directory(name));
        Adapters expected = adapters(config, Adapters.POSSIBLE);
        Adapters found = PeftDirectory.read(save(name, Adapters.POSSIBLE), config);
        assertEquals(expected.rank(), found.rank(), name);
        assertEquals(expected.alpha(), found.alpha(), name);
        assertEquals(expected.list().size(), found.list().size(), name);
        for (int i = 0; i < expected.list().size(); i++) {
            assertEquals(expected.list().get(i).name(), found.list().get(i).name(), name);
            assertArrayEquals(
                    expected.list().get(i).value().toArray(),
                    found.list().get(i).value().toArray(),
                    name + ", seed " + SEED);
        }
    }

    /** Names as in https://huggingface.co/docs/peft/developer_guides/checkpoint, for these models' modules. */
    @ParameterizedTest
    @CsvSource({
        "llama-gqa, base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight, q_proj",
        "qwen3, base_model.model.model.layers.1.mlp.down_proj.lora_B.weight, down_proj",
        "gpt2, base_model.model.transformer.h.0.attn.c_attn.lora_A.weight, c_attn",
        "gpt-neox-parallel, base_model.model.gpt_neox.layers.0.attention.query_key_value.lora_B.weight, query_key_value"
    })
    void tensorsAndModulesAreNamedAsPeftNamesThem(String model, String tensor, String module) throws IOException {
        Path out = save(model, Adapters.POSSIBLE);
        try (Safetensors file = Safetensors.open(out.resolve("adapter_model.safetensors"))) {
            assertTrue(
                    file.entries().containsKey(tensor), file.entries().keySet().toString());
            assertEquals("pt", file.metadata().get("format"));
        }
        var config = new JsonMapper().readTree(Files.readString(out.resolve("adapter_config.json")));
        assertEquals("LORA", config.get("peft_type").stringValue());
        assertEquals(3, config.get("r").intValue());
        assertEquals(6, config.get("lora_alpha").intValue());
        assertEquals(model.equals("gpt2"), config.get("fan_in_fan_out").booleanValue());
        assertTrue(
                config.get("target_modules")
                        .valueStream()
                        .anyMatch(n -> n.stringValue().equals(module)),
                config.get("target_modules").toString());
    }

    /** GPT-2 has c_proj in attention and in the feed-forward; PEFT takes every module that ends in a target. */
    @Test
    void aTargetMeansNoModuleThatIsNotAdapted() throws IOException {
        Path out = save("gpt2", Set.of(Role.ATTENTION_OUTPUT_WEIGHT));
        var config = new JsonMapper().readTree(Files.readString(out.resolve("adapter_config.json")));
        assertEquals("[\"attn.c_proj\"]", config.get("target_modules").toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"use_dora\" : false | \"use_dora\" : true | use_dora to be empty",
                "\"LORA\" | \"IA3\" | peft_type LORA",
                "\"bias\" : \"none\" | \"bias\" : \"all\" | bias none",
                "\"modules_to_save\" : null | \"modules_to_save\" : [\"lm_head\"] | modules_to_save to be empty",
                "\"r\" : 3 | \"r\" : 4 | expected [4, ",
                "\"r\" : 3 | \"r\" : 0 | expected r from 1"
            })
    void whatWouldComputeSomethingElseIsRefused(String from, String to, String expected) throws IOException {
        Path out = save("llama-gqa", Adapters.POSSIBLE);
        Path file = out.resolve("adapter_config.json");
        String text = Files.readString(file);
        assertTrue(text.contains(from), text);
        Files.writeString(file, text.replace(from, to));
        String sentence = String.valueOf(assertThrows(ModelFormatException.class, () -> Checkpoint.open(out))
                .getMessage());
        assertTrue(sentence.contains(expected), sentence);
    }

    @Test
    void adaptersOfAnotherModelAreRefused() {
        Path out = save("llama-gqa", Adapters.POSSIBLE);
        ModelConfig other = Checkpoint.config(Fixtures.directory("gpt2"));
        String sentence = String.valueOf(assertThrows(ModelFormatException.class, () -> PeftDirectory.read(out, other))
                .getMessage());
        assertTrue(sentence.contains("do these adapters belong to this model?"), sentence);
    }
}
