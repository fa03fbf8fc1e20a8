package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.kernel.Compute;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several tokens of one text in one pass have the bits that each has when they come one by one. */
class EachLogitsTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");
    private static final long SEED = 29;

    private static float[] row(Tensor logits, int row, int v) {
        int from = logits.offset() + row * v;
        return Arrays.copyOfRange(logits.data(), from, from + v);
    }

    /** Reads in steps of up to {@code most} tokens, goes back over some of them, and compares with one at a time. */
    private static void compare(String what, Transformer model, int start, int length, int most) {
        SplittableRandom random = new SplittableRandom(SEED);
        int v = model.config().vocabularySize();
        int[] text = random.ints(length + most, 0, v).toArray();
        KvCache alone = model.newCache(length + most);
        KvCache together = model.newCache(length + most);
        int[] prompt = Arrays.copyOf(text, start);
        model.nextLogits(prompt, alone);
        model.nextLogits(prompt, together);
        for (int at = start; at < length; ) {
            int count = 1 + random.nextInt(most);
            int right = 1 + random.nextInt(count); // the others are guesses that prove wrong
            int[] tokens = Arrays.copyOfRange(text, at, at + count);
            for (int i = right; i < count; i++) {
                tokens[i] = random.nextInt(v);
            }
            Tensor many = model.eachLogits(tokens, together);
            for (int i = 0; i < right; i++) {
                float[] one = model.nextLogits(new int[] {tokens[i]}, alone).toArray();
                assertArrayEquals(
                        one, row(many, i, v), 0f, what + ", seed " + SEED + ", position " + (at + i) + " of " + count);
            }
            at += right;
            together.truncate(at);
        }
    }

    /** As {@code type} where a row is whole blocks of it, else as F16; norms and biases in F32. */
    static Weight stored(Tensor t, DType type) {
        boolean matrix = t.shape().rank() == 2;
        DType as = !matrix ? DType.F32 : t.dim(-1) % type.blockElements() == 0 ? type : DType.F16;
        float[] numbers = t.toArray();
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(as.bytes(numbers.length))]);
        Blocks.encode(as, numbers, 0, numbers.length, bytes, 0);
        return matrix ? new Stored(t.shape(), as, bytes) : t;
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
    void severalTokensOfATextHaveTheBitsOfEachAlone(String family) {
        try (OpenModel open = Checkpoint.open(PARITY.resolve(family));
                Compute compute = Compute.create(2)) {
            compare(family + ", mapped", new Transformer(open.parameters(), compute), 3, 40, 9);
            Parameters loaded = Checkpoint.load(PARITY.resolve(family));
            compare(family + ", in memory", new Transformer(loaded, compute), 5, 40, 9);
            for (DType type : new DType[] {DType.BF16, DType.Q8_0, DType.Q4_0}) {
                Parameters small = Parameters.of(
                        loaded.config(),
                        spec -> stored(
                                loaded.list()
                                        .get(loaded.indexOf(spec.role(), spec.layer()))
                                        .value(),
                                type));
                compare(family + ", " + type, new Transformer(small, compute), 1, 40, 9);
            }
        }
    }

    @Test
    void theBitsDoNotDependOnWhenRowsMadeWayForASlidingWindow() {
        int length = 1500;
        ModelConfig config = LongContextTest.config(length + 20, 2, OptionalInt.of(50));
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(LongContextTest.random(config), compute);
            compare("window of 50", model, 7, length, 17);
        }
    }

    @Test
    void moreTokensThanTheCacheHoldsAreRefused() {
        try (OpenModel open = Checkpoint.open(PARITY.resolve("qwen3"));
                Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(open.parameters(), compute);
            KvCache cache = model.newCache(4);
            model.nextLogits(new int[] {1, 2}, cache);
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> model.eachLogits(new int[3], cache));
            assertEquals("KV cache: expected between 1 and 2 more tokens, found 3", refused.getMessage());
        }
    }
}
