package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.kernel.Compute;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pass that is written down at one token and done again at every later one. */
class NextTokenTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");
    private static final long SEED = 61;

    /** Tokens whose bytes are counted together. */
    private static final int STRETCH = 4;

    private static Parameters load(String name, DType type) {
        Parameters loaded = Checkpoint.load(PARITY.resolve(name));
        return type == DType.F32
                ? loaded
                : Parameters.of(
                        loaded.config(),
                        spec -> EachLogitsTest.stored(
                                loaded.list()
                                        .get(loaded.indexOf(spec.role(), spec.layer()))
                                        .value(),
                                type));
    }

    private static final List<DType> TYPES =
            List.of(DType.F32, DType.F16, DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q6_K, DType.BF16);

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
    void tokensOfTextsInTurnHaveTheBitsOfPassesOfTheirOwn(String name) {
        for (DType type : TYPES) {
            try (Compute compute = Compute.create(2)) {
                Transformer again = new Transformer(load(name, type), compute);
                Transformer once = again.with(again.parameters());
                int v = again.config().vocabularySize();
                SplittableRandom random = new SplittableRandom(SEED);
                List<KvCache> done = List.of(again.newCache(40), again.newCache(30, KvType.F32));
                List<KvCache> alone = List.of(once.newCache(40), once.newCache(30, KvType.F32));
                float[] logits = new float[v];
                for (int i = 0; i < 50; i++) {
                    int text = i < 30 ? i % 2 : 0;
                    int token = random.nextInt(v);
                    again.nextLogits(token, done.get(text), logits);
                    Tensor expected = once.eachLogits(new int[] {token}, alone.get(text));
                    assertArrayEquals(
                            expected.toArray(), logits, 0f, name + " " + type + ", token " + i + ", seed " + SEED);
                    if (i == 20) { // between two tokens somebody else uses the memory of the steps
                        again.logits(random.ints(12, 0, v).toArray(), 2, 6);
                        done.get(1).truncate(4);
                        alone.get(1).truncate(4);
                    }
                }
            }
        }
    }

    /**
     * With the kernels of plain Java, and without BF16, which is read with vectors even then: vectors are objects until
     * the JVM has compiled what uses them, for which KernelAllocationTest has time.
     */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "mistral-window", "qwen3"})
    void anotherTokenMakesNoObjects(String name) {
        for (DType type : TYPES) {
            if (type == DType.BF16) {
                continue;
            }
            for (KvType kept : KvType.values()) {
                for (int threads = 1; threads <= 2; threads++) {
                    try (Compute compute = Compute.scalar(threads)) {
                        Parameters parameters = load(name, type);
                        if (kept == KvType.Q8_0 && parameters.config().headSize() % 32 != 0) {
                            continue; // cannot be stored so
                        }
                        Transformer model = new Transformer(parameters, compute, kept);
                        String what = name + ", weights " + type + ", keys " + kept + ", threads " + threads;
                        assertEquals(0, bytesOfLaterTokens(model), what + ": bytes of " + STRETCH + " tokens");
                    }
                }
            }
        }
    }

    /**
     * Rows of 256, so that Q4_K and Q6_K are themselves, and heads of 64, so that a cache can be Q8_0. The embedding
     * stays F32: a row of it is read with vectors from the other types, which are objects as above.
     */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void whatIsStoredInBlocksIsReadAgainWithoutObjectsAndWithTheSameBits(DType type) {
        ModelConfig config = WideHeads.config(ModelConfig.Family.LLAMA, 2, 64, 64, 256);
        Parameters random = WideHeads.random(config, SEED);
        Parameters parameters = Parameters.of(
                config,
                spec -> EachLogitsTest.stored(
                        random.list()
                                .get(random.indexOf(spec.role(), spec.layer()))
                                .value(),
                        spec.role() == TensorSpec.Role.TOKEN_EMBEDDING ? DType.F32 : type));
        for (KvType kept : KvType.values()) {
            try (Compute vectors = Compute.create(2);
                    Compute plain = Compute.scalar(2)) {
                String what = "weights " + type + ", keys " + kept + ", seed " + SEED;
                Transformer model = new Transformer(parameters, vectors, kept);
                KvCache again = model.newCache(20);
                KvCache alone = model.newCache(20);
                float[] logits = new float[WideHeads.VOCABULARY];
                for (int i = 0; i < 20; i++) {
                    model.nextLogits(i, again, logits);
                    float[] expected = model.eachLogits(new int[] {i}, alone).toArray();
                    assertArrayEquals(expected, logits, 0f, what + ", token " + i);
                }
                if (type != DType.BF16) {
                    long bytes = bytesOfLaterTokens(new Transformer(parameters, plain, kept));
                    assertEquals(0, bytes, what + ": bytes of " + STRETCH + " tokens");
                }
            }
        }
    }

    /**
     * The least of several stretches: a thread makes itself room when it first has something to do, which may be late.
     */
    private static long bytesOfLaterTokens(Transformer model) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] workers = Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("athanor-worker"))
                .mapToLong(Thread::threadId)
                .toArray();
        KvCache cache = model.newCache(60);
        float[] logits = new float[model.config().vocabularySize()];
        long[] last = new long[workers.length];
        long least = Long.MAX_VALUE;
        for (int stretch = 0; stretch < 15; stretch++) {
            long before = allocated(threads, workers, last);
            for (int i = 0; i < STRETCH; i++) {
                model.nextLogits(i, cache, logits);
            }
            least = Math.min(least, allocated(threads, workers, last) - before);
        }
        return least;
    }

    /** @param last what each thread had when it was asked last: one of another model that has ended since says -1 */
    private static long allocated(ThreadMXBean threads, long[] workers, long[] last) {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < workers.length; i++) {
            last[i] = Math.max(last[i], threads.getThreadAllocatedBytes(workers[i]));
            bytes += last[i];
        }
        return bytes;
    }

    @Test
    void aTokenThatCannotBeReadLeavesTheTextAsItWas() {
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(load("llama-gqa", DType.F32), compute);
            int v = model.config().vocabularySize();
            KvCache cache = model.newCache(3);
            float[] logits = new float[v];
            model.nextLogits(1, cache, logits);
            assertEquals(
                    "tokens: expected ids below the vocabulary of " + v + ", found " + v,
                    assertThrows(IllegalArgumentException.class, () -> model.nextLogits(v, cache, logits))
                            .getMessage());
            assertEquals(
                    "logits: expected room for " + v + " numbers, the model's vocabulary, found 2",
                    assertThrows(IllegalArgumentException.class, () -> model.nextLogits(1, cache, new float[2]))
                            .getMessage());
            assertEquals(1, cache.length(), "tokens in the cache");
            model.nextLogits(2, cache, logits);
            model.nextLogits(3, cache, logits);
            assertEquals(
                    "KV cache: expected at most 3 tokens, found 4",
                    assertThrows(IllegalArgumentException.class, () -> model.nextLogits(4, cache, logits))
                            .getMessage());
            KvCache other = model.newCache(3);
            model.eachLogits(new int[] {1, 2}, other);
            assertArrayEquals(
                    model.eachLogits(new int[] {3}, other).toArray(), logits, 0f, "logits after the failures");
        }
    }
}
