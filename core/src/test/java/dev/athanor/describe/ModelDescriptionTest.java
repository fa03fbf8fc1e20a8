package dev.athanor.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import dev.athanor.train.Flops;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Figures follow from shapes and agree with each other and with what the engine builds. */
class ModelDescriptionTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");

    static Stream<String> names() {
        return KnownModels.all().stream().map(KnownModel::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPlaceTogetherIsTheWholeModel(String name) {
        ParameterCounts counts = DescribedModel.find(name).counts();
        assertEquals(
                counts.total(),
                counts.byPlace().values().stream().mapToLong(Long::longValue).sum());
        assertEquals(
                counts.nonEmbedding(),
                counts.in(Place.ATTENTION) + counts.in(Place.FEED_FORWARD) + counts.in(Place.NORMS));
    }

    @ParameterizedTest
    @MethodSource("names")
    void workInProductsIsWhatTrainingIsMeasuredBy(String name) {
        ModelDescription d = DescribedModel.find(name);
        for (int context : Contexts.upTo(d.config().contextLength())) {
            // Flops sums doubles; all these counts are whole and below 2^53.
            assertEquals(
                    Flops.perToken(d.config(), context),
                    (double) d.work().trainingPerTokenInProducts(context),
                    name + " at " + context);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt-neox-parallel",
                "gpt-neox-sequential",
                "llama-gqa",
                "llama-tied",
                "mistral-window",
                "qwen2",
                "qwen3"
            })
    void aFolderIsDescribedAsItsWeightsAreLoaded(String name) {
        Path folder = PARITY.resolve(name);
        ModelDescription d = DescribedModel.find("./" + folder);
        Parameters loaded = Checkpoint.load(folder);
        assertEquals(name, d.name());
        assertEquals(loaded.config(), d.config());
        assertEquals(loaded.count(), d.counts().total());
        assertEquals(d, ModelDescription.of(name, loaded.config()));
        assertEquals(d, DescribedModel.find("./" + folder.resolve("config.json")));
    }

    /** Matrices 12 · 12 · 768² + (50257 + 1024) · 768 = 124,318,464 numbers; norms and biases 121,344 in F32. */
    @Test
    void memoryOfGpt2WorkedOutByHand() {
        MemoryNeeds needs = DescribedModel.find("gpt2").memory();
        assertEquals(124_439_808L * 4, needs.weights(DType.F32));
        assertEquals(124_439_808L * 2, needs.weights(DType.BF16));
        assertEquals(124_318_464L / 32 * 34 + 121_344 * 4, needs.weights(DType.Q8_0));
        assertEquals(124_318_464L / 256 * 210 + 121_344 * 4, needs.weights(DType.Q6_K));
        assertEquals(124_318_464L / 256 * 144 + 121_344 * 4, needs.weights(DType.Q4_K));
        assertEquals(124_318_464L / 32 * 18 + 121_344 * 4, needs.weights(DType.Q4_0));
        assertEquals(132_573_744, needs.weights(DType.Q8_0));
        assertEquals(0, needs.unfit(DType.Q4_K));
        assertEquals(1_991_036_928, needs.training());
        assertEquals(75_497_472, needs.kv(DType.F32, 1024)); // 2 · 12 · 768 · 4 bytes · 1024 tokens
        assertEquals(497_759_232 + 75_497_472, needs.running(DType.F32));
    }

    /** Rows of 1600 are 6.25 blocks of 256; only the 48 matrices [6400, 1600] of the feed-forward have whole ones. */
    @Test
    void matricesWithBrokenBlocksBecomeQ80() {
        MemoryNeeds needs = DescribedModel.find("gpt2-xl").memory();
        long fit = 48L * 6400 * 1600;
        long matrices = 48L * 12 * 1600 * 1600 + (50257 + 1024) * 1600;
        assertEquals(matrices - fit, needs.unfit(DType.Q4_K));
        assertEquals(
                fit / 256 * 144 + (matrices - fit) / 32 * 34 + (1_557_611_200 - matrices) * 4,
                needs.weights(DType.Q4_K));
        assertEquals(0, needs.unfit(DType.Q8_0));
        assertEquals(0, needs.unfit(DType.BF16));
    }

    @Test
    void theContextThatFitsIsTheLongestOne() {
        MemoryNeeds needs = DescribedModel.find("gpt2").memory();
        long weights = needs.weights(DType.F32);
        long token = needs.kvPerToken(DType.F32);
        assertEquals(0, needs.contextWithin(DType.F32, weights - 1));
        assertEquals(0, needs.contextWithin(DType.F32, weights + token - 1));
        assertEquals(1, needs.contextWithin(DType.F32, weights + token));
        assertEquals(1023, needs.contextWithin(DType.F32, weights + 1024 * token - 1));
        assertEquals(1024, needs.contextWithin(DType.F32, weights + 1024 * token));
        assertEquals(1024, needs.contextWithin(DType.F32, Long.MAX_VALUE));
    }

    /** Beyond a window of 8 a token costs nothing more, in work or in memory. */
    @Test
    void aSlidingWindowBoundsAttentionAndCache() {
        ModelDescription d =
                DescribedModel.find(PARITY.resolve("mistral-window").toString());
        assertEquals(4L * 2 * 32 * 8, d.work().attention(8));
        assertEquals(d.work().attention(8), d.work().attention(64));
        assertTrue(d.work().attention(7) < d.work().attention(8));
        assertEquals(d.memory().kv(DType.F32, 8), d.memory().kv(DType.F32, 64));
        assertEquals(64, d.memory().contextWithin(DType.F32, d.memory().running(DType.F32)));
    }

    @Test
    void contextsGrowToTheLongest() {
        assertEquals(List.of(128, 512, 1024), Contexts.upTo(1024));
        assertEquals(List.of(128, 512, 2048), Contexts.upTo(2048));
        assertEquals(List.of(64), Contexts.upTo(64));
        assertEquals(Integer.MAX_VALUE, Contexts.upTo(Integer.MAX_VALUE).getLast());
    }

    @Test
    void aModelBeyondAllCountingIsRefused() {
        ModelConfig c = DescribedModel.find("llama-2-7b").config();
        int most = 1 << 24;
        ModelConfig huge = new ModelConfig(
                c.family(),
                most,
                most,
                4096,
                most,
                most / 128,
                most / 128,
                128,
                most,
                c.norm(),
                c.normEpsilon(),
                c.activation(),
                c.positions(),
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
        String sentence =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> ModelDescription.of("huge", huge))
                        .getMessage());
        assertTrue(sentence.startsWith("huge: expected a model whose operations and bytes fit into 63 bits"), sentence);
        assertFalse(sentence.contains("overflow"), sentence);
    }
}
