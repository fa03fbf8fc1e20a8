package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.SaveOptions;
import dev.athanor.checkpoint.gguf.Conversion;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.kernel.Compute;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import dev.athanor.train.Initializer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts read together, in whatever pieces, get the bits each gets when it is read alone and at once. */
class ReadEachTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");
    private static final long SEED = 12;

    private final SplittableRandom random = new SplittableRandom(SEED);

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
    void promptsReadTogetherHaveTheBitsTheyHaveAlone(String family) {
        try (OpenModel model = Checkpoint.open(PARITY.resolve(family));
                Compute compute = Compute.create(2)) {
            compare(new Transformer(model.parameters(), compute), 9, 30, 12);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16", "Q8_0", "Q4_0"})
    void weightsInEveryTypeKeepTheBits(String type, @TempDir Path folder) {
        ModelConfig config = config(64, 64, 96, 80, OptionalInt.empty());
        Checkpoint.save(
                folder.resolve("model"),
                Initializer.initialize(config, 0.2, SEED),
                Optional.empty(),
                new SaveOptions(DType.F32, 1L << 30, Map.of()));
        Path file = folder.resolve("model.gguf");
        Conversion.run(folder.resolve("model"), file, Optional.of(DType.valueOf(type)), progress -> {});
        try (OpenModel model = ModelFiles.open(file);
                Compute compute = Compute.create(2)) {
            compare(new Transformer(model.parameters(), compute), 7, 40, 12);
        }
    }

    /** Several blocks of attention, and a window that lets keys go while the prompt is read. */
    @ParameterizedTest
    @ValueSource(ints = {0, 50, 300})
    void longPromptsInPiecesHaveTheBitsOfThoseReadAtOnce(int window) {
        OptionalInt sliding = window == 0 ? OptionalInt.empty() : OptionalInt.of(window);
        ModelConfig config = config(2000, 32, 48, 60, sliding);
        try (Compute compute = Compute.create(2)) {
            compare(new Transformer(Initializer.initialize(config, 0.2, SEED), compute), 4, 1900, 420);
        }
    }

    private void compare(Transformer model, int texts, int longest, int largestPiece) {
        int v = model.config().vocabularySize();
        List<int[]> prompts = new ArrayList<>();
        List<Tensor> expected = new ArrayList<>();
        List<KvCache> alone = new ArrayList<>();
        List<KvCache> together = new ArrayList<>();
        for (int i = 0; i < texts; i++) {
            prompts.add(random.ints(2 + random.nextInt(longest - 1), 0, v).toArray());
            alone.add(model.newCache(longest + 4));
            together.add(model.newCache(longest + 4));
            expected.add(model.nextLogits(prompts.get(i), alone.get(i)));
        }
        int passes = 0;
        List<Integer> left = new ArrayList<>(IntStream.range(0, texts).boxed().toList());
        while (!left.isEmpty()) {
            List<Piece> pieces = new ArrayList<>();
            List<Integer> done = new ArrayList<>();
            for (int i : left) {
                int at = together.get(i).length();
                int rest = prompts.get(i).length - at;
                int count = Math.min(rest, 2 + random.nextInt(largestPiece));
                count += rest - count == 1 ? 1 : 0;
                int[] tokens = Arrays.copyOfRange(prompts.get(i), at, at + count);
                pieces.add(new Piece(tokens, together.get(i), count == rest));
                if (count == rest) {
                    done.add(i);
                }
            }
            Tensor found = model.readEach(pieces);
            for (int row = 0; row < done.size(); row++) {
                assertSame(expected.get(done.get(row)), found, row * v, "text " + done.get(row));
            }
            left.removeAll(done);
            passes++;
        }
        assertTrue(passes > 1, "prompts were read in pieces, seed " + SEED);
        for (int step = 0; step < 3; step++) {
            int[] tokens = random.ints(texts, 0, v).toArray();
            Tensor found = model.nextLogits(tokens, together);
            for (int i = 0; i < texts; i++) {
                Tensor one = model.nextLogits(new int[] {tokens[i]}, alone.get(i));
                assertSame(one, found, i * v, "step " + step + ", text " + i);
            }
        }
    }

    private static void assertSame(Tensor expected, Tensor found, int from, String what) {
        float[] own = expected.toArray();
        int at = found.offset() + from;
        assertArrayEquals(own, Arrays.copyOfRange(found.data(), at, at + own.length), what + ", seed " + SEED);
    }

    @Test
    void piecesThatWouldGiveOtherBitsAreRefused() {
        ModelConfig config = config(64, 32, 48, 60, OptionalInt.empty());
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(Initializer.initialize(config, 0.2, SEED), compute);
            KvCache cache = model.newCache(8);
            assertEquals(
                    "piece: expected at least two tokens, found 1; read a single one with nextLogits, "
                            + "which adds up in another order",
                    assertThrows(IllegalArgumentException.class, () -> new Piece(new int[] {1}, cache, true))
                            .getMessage());
            assertThrows(IllegalArgumentException.class, () -> new Piece(new int[9], cache, true));
            Piece piece = new Piece(new int[] {1, 2}, cache, true);
            assertThrows(IllegalArgumentException.class, () -> model.readEach(List.of(piece, piece)));
            assertEquals(0, cache.length());
        }
    }

    private static ModelConfig config(int context, int width, int inner, int vocabulary, OptionalInt window) {
        return new ModelConfig(
                window.isPresent() ? ModelConfig.Family.MISTRAL : ModelConfig.Family.LLAMA,
                vocabulary,
                context,
                2,
                width,
                4,
                2,
                width / 4,
                inner,
                ModelConfig.NormKind.RMS_NORM,
                1e-5f,
                ModelConfig.Activation.SILU_GATED,
                new ModelConfig.Positions.Rotary(10_000, width / 4, new RopeScaling.None()),
                false,
                false,
                false,
                false,
                false,
                true,
                window,
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
    }
}
