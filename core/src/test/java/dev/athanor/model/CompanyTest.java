package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.kernel.Compute;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts written together get the bits each gets alone, in every family, whatever the others are. */
class CompanyTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");
    private static final long SEED = 11;

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
    void aTextInCompanyHasTheBitsItHasAlone(String family) {
        SplittableRandom random = new SplittableRandom(SEED);
        try (OpenModel model = Checkpoint.open(PARITY.resolve(family));
                Compute compute = Compute.create(2)) {
            Transformer transformer = new Transformer(model.parameters(), compute);
            int v = model.config().vocabularySize();
            List<KvCache> alone = new ArrayList<>();
            List<KvCache> together = new ArrayList<>();
            for (int text = 0; text < 5; text++) {
                int[] prompt = random.ints(1 + 3 * text, 0, v).toArray();
                alone.add(transformer.newCache(32));
                together.add(transformer.newCache(32));
                transformer.nextLogits(prompt, alone.getLast());
                transformer.nextLogits(prompt, together.getLast());
            }
            for (int step = 0; step < 6; step++) {
                int count = 5 - step / 2; // texts end one after another
                int[] tokens = random.ints(count, 0, v).toArray();
                Tensor many = transformer.nextLogits(tokens, together.subList(0, count));
                for (int text = 0; text < count; text++) {
                    Tensor one = transformer.nextLogits(new int[] {tokens[text]}, alone.get(text));
                    for (int i = 0; i < v; i++) {
                        assertEquals(
                                one.data()[one.offset() + i],
                                many.data()[many.offset() + text * v + i],
                                0f,
                                "seed " + SEED + " step " + step + " text " + text + " logit " + i);
                    }
                }
            }
        }
    }
}
