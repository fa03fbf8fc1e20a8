package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.Fixtures;
import dev.athanor.kernel.Compute;
import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of logits by embeddings, against differences, in every family. */
class SensitivityTest {
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};
    private static final float STEP = 1f / 128;
    private static final long SEED = 77;

    static List<String> cases() {
        return Fixtures.CASES;
    }

    private static Tensor rows(Transformer model) {
        int d = model.config().width();
        Tensor table = model.parameters()
                .list()
                .get(model.parameters().indexOf(TensorSpec.Role.TOKEN_EMBEDDING, -1))
                .value();
        Tensor rows = Tensor.zeros(TOKENS.length, d);
        for (int i = 0; i < TOKENS.length; i++) {
            System.arraycopy(table.data(), table.offset() + TOKENS[i] * d, rows.data(), i * d, d);
        }
        return rows;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aGradientIsWhatASmallChangeDoes(String name) {
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(Checkpoint.load(Fixtures.directory(name)), compute);
            int v = model.config().vocabularySize();
            Map<Integer, Double> weights = Map.of(7, 1.0, 30, -1.0);
            Tensor rows = rows(model);
            Sensitivity whole = model.sensitivity(rows, 5, weights);
            float[] logits = model.logits(TOKENS, 1, TOKENS.length).toArray();
            assertEquals(logits[5 * v + 7] - logits[5 * v + 30], whole.value(), 1e-4, name);
            SplittableRandom random = new SplittableRandom(SEED);
            double largest = 0;
            for (float g : whole.gradient().data()) {
                largest = Math.max(largest, Math.abs(g));
            }
            for (int trial = 0; trial < 40; trial++) {
                int at = random.nextInt(rows.size());
                float was = rows.data()[at];
                rows.data()[at] = was + STEP;
                double more = model.sensitivity(rows, 5, weights).value();
                rows.data()[at] = was - STEP;
                double less = model.sensitivity(rows, 5, weights).value();
                rows.data()[at] = was;
                // Third derivatives times h²/6 and F32 noise over 2h: some thousandths of the largest gradient.
                double found = whole.gradient().data()[at];
                assertEquals((more - less) / (2 * STEP), found, 1e-2 * Math.max(1, largest), name + ", seed " + SEED);
            }
            for (int i = 6 * model.config().width(); i < rows.size(); i++) {
                assertEquals(0f, whole.gradient().data()[i], name + ": a later word does nothing");
            }
        }
    }
}
