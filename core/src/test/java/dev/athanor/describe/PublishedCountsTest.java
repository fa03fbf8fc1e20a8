package dev.athanor.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.model.ModelConfig;
import dev.athanor.tensor.DType;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts known from elsewhere: model cards, papers' repositories and sums worked out by hand from published shapes. */
class PublishedCountsTest {
    private static ModelDescription named(String name) {
        return DescribedModel.find(name);
    }

    @ParameterizedTest
    @CsvSource({
        // total, without embedding, FLOP of training one token at full context, bytes of keys and values in 16 bits
        "gpt2,        124439808,   85056000,    855166464,    36864",
        "gpt2-medium, 354823168,   302311424,   2424637440,   98304",
        "gpt2-large,  774030080,   708390400,   5202547200,   184320",
        "gpt2-xl,     1557611200,  1475561600,  10279555200,  307200",
        "gpt-neox-20b,20554567680, 19934859264, 128112058368, 1081344",
    })
    void gpt2AndGptNeoXInAllFourFigures(String name, long total, long nonEmbedding, long flops, long kv) {
        ModelDescription d = named(name);
        assertEquals(total, d.counts().total());
        assertEquals(nonEmbedding, d.counts().nonEmbedding());
        assertEquals(flops, d.work().trainingPerToken(d.config().contextLength()));
        assertEquals(kv, d.memory().kvPerToken(DType.BF16));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt3-125m,125226240", "gpt3-350m,355871744", "gpt3-760m,760300032", "gpt3-1.3b,1315723264",
        "gpt3-2.7b,2651553280", "gpt3-6.7b,6658404352", "gpt3-13b,12853386240", "gpt3-175b,174604259328",
    })
    void gpt3(String name, long total) {
        assertEquals(total, named(name).counts().total());
    }

    @Test
    void gpt3XlAsThePaperPrintsItWouldBeAnotherSize() {
        ModelConfig c = named("gpt3-1.3b").config();
        ModelConfig printed = new ModelConfig(
                c.family(),
                c.vocabularySize(),
                c.contextLength(),
                c.layers(),
                c.width(),
                24,
                24,
                128,
                c.feedForwardWidth(),
                c.norm(),
                c.normEpsilon(),
                c.activation(),
                c.positions(),
                false,
                false,
                true,
                true,
                true,
                true,
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
        assertEquals(
                1_517_123_584,
                ModelDescription.of("24 heads of 128", printed).counts().total());
    }

    @ParameterizedTest
    @CsvSource({
        "pythia-14m,  14067712,    1189888,     8",
        "pythia-31m,  30494720,    4739072,     8",
        "pythia-70m,  70426624,    18915328,    16",
        "pythia-160m, 162322944,   85056000,    16",
        "pythia-410m, 405334016,   302311424,   16",
        "pythia-1b,   1011781632,  805736448,   64",
        "pythia-1.4b, 1414647808,  1208602624,  32",
        "pythia-2.8b, 2775208960,  2517652480,  20",
        "pythia-6.9b, 6857302016,  6444163072,  32",
        "pythia-12b,  11846072320, 11327027200, 32",
    })
    void pythia(String name, long total, long nonEmbedding, int rotated) {
        assertEquals(total, named(name).counts().total());
        assertEquals(nonEmbedding, named(name).counts().nonEmbedding());
        assertEquals(rotated, named(name).config().rotary().orElseThrow().dimensions());
    }

    @ParameterizedTest
    @CsvSource({
        "smollm2-135m, 134515008,  23040",
        "smollm2-360m, 361821120,  40960",
        "qwen2.5-0.5b, 494032768,  12288",
        "qwen3-0.6b,   596049920,  114688",
        "llama-3.2-1b, 1235814400, 32768",
        "llama-3.2-3b, 3212749824, 114688",
        "tinyllama,    1100048384, 22528",
        "llama-2-7b,   6738415616, 524288",
        "llama-3-8b,   8030261248, 131072",
    })
    void llamaAndQwen(String name, long total, long kv) {
        assertEquals(total, named(name).counts().total());
        assertEquals(kv, named(name).memory().kvPerToken(DType.BF16));
    }

    @ParameterizedTest
    @CsvSource({"stories260k,260032", "stories15m,15191712", "stories42m,41689600", "stories110m,109529856"})
    void theStoriesLadder(String name, long total) {
        assertEquals(total, named(name).counts().total());
    }

    @Test
    void qwenWithoutEmbedding() {
        assertEquals(357_898_112, named("qwen2.5-0.5b").counts().nonEmbedding());
    }

    /** Some programs report these families with the head stored a second time. */
    @ParameterizedTest
    @CsvSource({
        "qwen3-0.6b,751632384",
        "smollm2-135m,162826560",
        "qwen2.5-0.5b,630167424",
        "llama-3.2-1b,1498482688",
    })
    void anUntiedHeadCountsTwice(String name, long untied) {
        ModelDescription d = named(name);
        assertEquals(
                untied,
                d.counts().total()
                        + (long) d.config().vocabularySize() * d.config().width());
    }

    @Test
    void gpt2WithoutBiases() {
        assertEquals(
                124_337_664,
                named("gpt2").counts().total() - named("gpt2").counts().biases());
    }

    /** Scores and sums 2 x 1,610,612,736 a layer, the products of the blocks and the head. */
    @Test
    void gpt2ReadsItsWholeContextInTheKnownNumberOfOperations() {
        assertEquals(291_648_307_200L, named("gpt2").work().reading(1024));
        assertEquals(2 * 1_610_612_736L * 12, 1024 * named("gpt2").work().attention(1024));
    }

    @Test
    void gptNeoX20bMatrixByMatrix() {
        ModelDescription d = named("gpt-neox-20b");
        assertEquals(453_064_704, d.counts().perLayer());
        assertEquals(24, d.config().rotary().orElseThrow().dimensions());
        assertEquals(132, d.qkv().total());
        assertEquals(
                List.of(6144, 6144, 6144),
                List.of(d.qkv().queryRows(), d.qkv().kvRows(), d.qkv().width()));
        assertEquals(2816, d.qkv().queryHeadMatrices());
        assertEquals(2816, d.qkv().kvHeadMatrices());
        assertEquals(
                "one matrix query_key_value [18432, 6144] holding Q, K and V interleaved head by head",
                d.qkv().storedAs());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpt2|one matrix c_attn [768, 2304] holding Q, K and V side by side",
                "llama-3-8b|three matrices q_proj [4096, 4096], k_proj [1024, 4096], v_proj [1024, 4096]",
                "qwen3-0.6b|three matrices q_proj [2048, 1024], k_proj [1024, 1024], v_proj [1024, 1024]",
            })
    void matricesAreNamedAsTheFileStoresThem(String name, String sentence) {
        assertEquals(sentence, named(name).qkv().storedAs());
    }

    /** Shapes of the table that no count depends on. */
    @ParameterizedTest
    @CsvSource({
        "gpt2-xl,48,1600,25,25,64,6400,50257,1024",
        "gpt3-760m,24,1536,16,16,96,6144,50257,2048",
        "gpt3-175b,96,12288,96,96,128,49152,50257,2048",
        "pythia-1b,16,2048,8,8,256,8192,50304,2048",
        "pythia-12b,36,5120,40,40,128,20480,50688,2048",
        "smollm2-135m,30,576,9,3,64,1536,49152,8192",
        "qwen2.5-0.5b,24,896,14,2,64,4864,151936,32768",
        "qwen3-0.6b,28,1024,16,8,128,3072,151936,40960",
        "llama-3.2-3b,28,3072,24,8,128,8192,128256,131072",
        "llama-3-8b,32,4096,32,8,128,14336,128256,8192",
        "stories260k,5,64,8,4,8,172,512,512",
        "stories15m,6,288,6,6,48,768,32000,256",
    })
    void headsAndContexts(
            String name, int layers, int width, int heads, int kv, int size, int ff, int vocabulary, int context) {
        ModelConfig c = named(name).config();
        assertEquals(
                List.of(layers, width, heads, kv, size, ff, vocabulary, context),
                List.of(
                        c.layers(),
                        c.width(),
                        c.heads(),
                        c.kvHeads(),
                        c.headSize(),
                        c.feedForwardWidth(),
                        c.vocabularySize(),
                        c.contextLength()));
    }

    @Test
    void everyPromisedModelIsThere() {
        String names = KnownModels.all().stream().map(KnownModel::name).collect(Collectors.joining(" "));
        assertEquals(
                "gpt2 gpt2-medium gpt2-large gpt2-xl gpt3-125m gpt3-350m gpt3-760m gpt3-1.3b gpt3-2.7b gpt3-6.7b "
                        + "gpt3-13b gpt3-175b gpt-neox-20b pythia-14m pythia-31m pythia-70m pythia-160m pythia-410m "
                        + "pythia-1b pythia-1.4b pythia-2.8b pythia-6.9b pythia-12b llama-2-7b llama-3-8b llama-3.2-1b "
                        + "llama-3.2-3b tinyllama smollm2-135m smollm2-360m qwen2.5-0.5b qwen3-0.6b stories260k "
                        + "stories15m stories42m stories110m",
                names);
    }
}
