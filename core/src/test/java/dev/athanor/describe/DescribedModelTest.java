package dev.athanor.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a name or a path means, and what is said when it means nothing. */
class DescribedModelTest {
    /** As the model's folder on the hub has it. */
    private static final String GPT_NEOX_20B = """
            {"architectures": ["GPTNeoXForCausalLM"], "attention_probs_dropout_prob": 0, "bos_token_id": 0,
             "eos_token_id": 0, "hidden_act": "gelu_fast", "hidden_dropout_prob": 0, "hidden_size": 6144,
             "initializer_range": 0.02, "intermediate_size": 24576, "layer_norm_eps": 1e-05,
             "max_position_embeddings": 2048, "model_type": "gpt_neox", "num_attention_heads": 64,
             "num_hidden_layers": 44, "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": false,
             "torch_dtype": "float16", "use_cache": true, "vocab_size": 50432}
            """;

    private static final String QWEN3 = """
            {"model_type": "qwen3", "hidden_size": 1024, "num_hidden_layers": 28, "num_attention_heads": 16,
             "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 3072, "vocab_size": 151936,
             "max_position_embeddings": 40960, "rope_theta": 1000000, "rms_norm_eps": 1e-06, "hidden_act": "silu",
             "tie_word_embeddings": true, "attention_bias": false}
            """;

    private static final String LLAMA_3_2_1B = """
            {"model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32,
             "num_key_value_heads": 8, "head_dim": 64, "intermediate_size": 8192, "vocab_size": 128256,
             "max_position_embeddings": 131072, "rope_theta": 500000.0, "rms_norm_eps": 1e-05, "hidden_act": "silu",
             "tie_word_embeddings": true, "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0,
             "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}}
            """;

    @TempDir
    Path directory;

    private Path folder(String name, String config) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name));
        Files.writeString(folder.resolve("config.json"), config);
        return folder;
    }

    private static void assertSame(ModelDescription named, ModelDescription onDisk) {
        assertEquals(named.counts(), onDisk.counts());
        assertEquals(named.qkv(), onDisk.qkv());
        assertEquals(named.config().positions(), onDisk.config().positions());
        assertEquals(named.config().activation(), onDisk.config().activation());
        assertEquals(named.config().normEpsilon(), onDisk.config().normEpsilon());
        assertEquals(named.config().parallelResidual(), onDisk.config().parallelResidual());
        int context = named.config().contextLength();
        assertEquals(context, onDisk.config().contextLength());
        assertEquals(named.work().trainingPerToken(context), onDisk.work().trainingPerToken(context));
    }

    @Test
    void aFolderWithoutWeightsIsDescribedAsTheModelOfThatShape() throws IOException {
        assertSame(
                DescribedModel.find("gpt-neox-20b"),
                DescribedModel.find(folder("neox", GPT_NEOX_20B).toString()));
        assertSame(
                DescribedModel.find("qwen3-0.6b"),
                DescribedModel.find(folder("qwen", QWEN3).toString()));
        assertSame(
                DescribedModel.find("llama-3.2-1b"),
                DescribedModel.find(folder("llama", LLAMA_3_2_1B).toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "GPT-NeoX-20B,gpt-neox-20b",
        "EleutherAI/gpt-neox-20b,gpt-neox-20b",
        "eleutherai/GPT-NEOX-20B,gpt-neox-20b",
        "EleutherAI/pythia-70m-deduped,pythia-70m",
        "openai-community/gpt2,gpt2",
        "gpt3,gpt3-175b",
        "Meta-Llama-3-8B,llama-3-8b",
        "meta-llama/Llama-2-7b-hf,llama-2-7b",
        "Qwen/Qwen2.5-0.5B-Instruct,qwen2.5-0.5b",
        "TinyLlama-1.1B-Chat-v1.0,tinyllama",
    })
    void namesOfTheHubAreKnownInAnyCase(String asked, String name) {
        assertEquals(name, DescribedModel.find(asked).name());
    }

    @Test
    void aTurkishLocaleChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertEquals("tinyllama", DescribedModel.find("TINYLLAMA").name());
            assertEquals(
                    "gpt-neox-20b",
                    DescribedModel.find("ELEUTHERAI/GPT-NEOX-20B").name());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void noTwoModelsShareAName() {
        Set<String> names = new HashSet<>();
        for (KnownModel known : KnownModels.all()) {
            assertTrue(names.add(known.name()), known.name());
            for (String id : known.ids()) {
                assertEquals(known.name(), DescribedModel.find(id).name(), id);
            }
        }
        assertEquals(36, names.size());
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-neox-2b,gpt-neox-20b",
        "gtp2,gpt2",
        "pythia-7b,pythia-1b",
        "smolm2-135m,smollm2-135m",
        "LLAMA-3.2-1,llama-3.2-1b",
        "nobody/qwen3-0.6,qwen3-0.6b",
    })
    void aWrongNameIsRefusedWithTheNearest(String wrong, String right) {
        String sentence = String.valueOf(assertThrows(IllegalArgumentException.class, () -> DescribedModel.find(wrong))
                .getMessage());
        assertTrue(sentence.contains("found \"" + wrong + "\""), sentence);
        assertTrue(sentence.contains(right), sentence);
        assertTrue(sentence.endsWith("athanor describe --list shows every name"), sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "no/such/folder", "zzzzzzzzzz", "a\u0000b", "x\u001b[31m", "?*<>|:\""})
    void nonsenseIsRefusedInOneLine(String nonsense) {
        String sentence =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> DescribedModel.find(nonsense))
                        .getMessage());
        assertTrue(sentence.startsWith("describe: expected the name of a model or a folder"), sentence);
        assertTrue(sentence.chars().noneMatch(Character::isISOControl), sentence);
    }

    @Test
    void aVeryLongNameIsCutAndCostsNothing() {
        String sentence = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> DescribedModel.find("g".repeat(1_000_000)))
                        .getMessage());
        assertTrue(sentence.length() < 300, sentence);
    }

    @Test
    void aFolderWithoutOrWithADamagedConfigurationIsRefused() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        assertThrows(ModelFormatException.class, () -> DescribedModel.find(empty.toString()));
        Path damaged = folder("damaged", "{\"model_type\": \"gpt2\", \"n_embd\": -1}");
        String sentence =
                String.valueOf(assertThrows(ModelFormatException.class, () -> DescribedModel.find(damaged.toString()))
                        .getMessage());
        assertTrue(sentence.contains("n_embd"), sentence);
    }

    /** Worked by hand; the first is the classical example. */
    @ParameterizedTest
    @CsvSource({"kitten,sitting,3", "gpt2,gtp2,2", "a,a,0", "abc,'',3", "'',abc,3", "flaw,lawn,2"})
    void editDistance(String a, String b, int distance) {
        assertEquals(distance, EditDistance.between(a, b));
        assertEquals(List.of(distance), List.of(EditDistance.between(b, a)));
    }

    /** GGUF files say what their directory said, with names and layouts of their own. */
    @Test
    void aGgufFileIsDescribedAsItIs() {
        Path folder = Path.of("src/test/resources/parity");
        for (String name : List.of("gpt2", "gpt-neox-parallel", "llama-gqa", "qwen2", "qwen3")) {
            ModelDescription gguf = DescribedModel.find(
                    folder.resolve(name).resolve("model.gguf").toString());
            ModelDescription directory = DescribedModel.find("./" + folder.resolve(name));
            assertEquals(directory.counts(), gguf.counts(), name);
            assertEquals(directory.qkv().queryRows(), gguf.qkv().queryRows(), name);
            assertTrue(gguf.qkv().storedAs().contains(" attn_q"), gguf.qkv().storedAs());
        }
    }
}
