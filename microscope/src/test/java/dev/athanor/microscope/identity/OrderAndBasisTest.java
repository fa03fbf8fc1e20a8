package dev.athanor.microscope.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** I14, I15 and I16: what is known of order without positions, and which numbers mean something. */
class OrderAndBasisTest {
    private static final Path GPT2 = Path.of("..", "core", "src", "test", "resources", "parity", "gpt2");
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};
    private static final int[] SHUFFLED = {17, 5, 31, 3, 24, 10, 12}; // the last stays
    private static final int LAST = TOKENS.length - 1;
    private static final Switches NO_POSITIONS = new Switches(true, false);
    private static final long SEED = 15;

    private static double apart(float[] a, float[] b) {
        double apart = 0;
        for (int i = 0; i < a.length; i++) {
            apart = Math.max(apart, Math.abs(a[i] - b[i]));
        }
        return apart;
    }

    /** How far the answers after the last word are apart when the words before it change places. */
    private static double orderMatters(int layers) {
        ModelConfig c = Preset.named("nano-char").modelConfig(64, -1);
        ModelConfig sized = new ModelConfig(
                c.family(),
                64,
                32,
                layers,
                32,
                4,
                4,
                8,
                64,
                c.norm(),
                c.normEpsilon(),
                c.activation(),
                c.positions(),
                false,
                false,
                c.qkvBias(),
                c.attentionOutputBias(),
                c.feedForwardBias(),
                c.tiedHead(),
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
        try (Compute compute = Compute.create(1)) {
            // Weights far larger than for training, so that scores differ and every head chooses.
            Microscope microscope = new Microscope(new Transformer(Initializer.initialize(sized, 0.5, SEED), compute));
            Thought straight = new Thought(microscope, TOKENS, List.of(), NO_POSITIONS);
            Thought shuffled = new Thought(microscope, SHUFFLED, List.of(), NO_POSITIONS);
            return apart(straight.logits(LAST), shuffled.logits(LAST));
        }
    }

    /** 1e-4: logits of these large weights reach tens, and sums run in another order. */
    @Test
    void i14OneBlockWithoutPositionsDoesNotKnowTheOrderOfWhatCameBefore() {
        double apart = orderMatters(1);
        assertTrue(apart < 1e-4, "apart by " + apart + ", seed " + SEED);
    }

    @Test
    void i15ThreeBlocksDoForTheMaskItselfLeaksOrder() {
        double apart = orderMatters(3);
        assertTrue(apart > 0.05, "apart by " + apart + ", seed " + SEED);
    }

    /** A head's queries and keys in another basis: other numbers, the same scores, the same answers. */
    @Test
    void i16SingleNumbersOfAQueryMeanNothing() {
        Parameters plain = Checkpoint.load(GPT2);
        Parameters rotated = Checkpoint.load(GPT2);
        turn(rotated, 0, 1);
        try (Compute compute = Compute.create(1)) {
            Thought a = new Thought(new Microscope(new Transformer(plain, compute)), TOKENS, List.of());
            Thought b = new Thought(new Microscope(new Transformer(rotated, compute)), TOKENS, List.of());
            double size = 0;
            for (float x : a.logits(LAST)) {
                size = Math.max(size, Math.abs(x));
            }
            assertEquals(0, apart(a.logits(LAST), b.logits(LAST)), 1e-5 * Math.max(1, size), "logits, seed " + SEED);
            double queries =
                    apart(a.at(HookPoint.Q, 0).toArray(), b.at(HookPoint.Q, 0).toArray());
            assertTrue(queries > 0.5, "queries are apart by " + queries);
        }
    }

    /** Turns the queries and keys of a head by the same random rotations of pairs of numbers. */
    private static void turn(Parameters parameters, int layer, int head) {
        ModelConfig c = parameters.config();
        SplittableRandom random = new SplittableRandom(SEED);
        Tensor weight = parameters
                .list()
                .get(parameters.indexOf(Role.QKV_WEIGHT, layer))
                .value(); // [d, q|k|v]
        Tensor bias =
                parameters.list().get(parameters.indexOf(Role.QKV_BIAS, layer)).value();
        int columns = weight.dim(1);
        for (int round = 0; round < 40; round++) {
            int i = random.nextInt(c.headSize());
            int j = (i + 1 + random.nextInt(c.headSize() - 1)) % c.headSize();
            double angle = random.nextDouble() * Math.PI;
            for (int part = 0; part < 2; part++) {
                int first = part * c.queryWidth() + head * c.headSize();
                for (int row = 0; row <= c.width(); row++) {
                    float[] data = row < c.width() ? weight.data() : bias.data();
                    int at = (row < c.width() ? weight.offset() + row * columns : bias.offset()) + first;
                    double x = data[at + i];
                    double y = data[at + j];
                    data[at + i] = (float) (Math.cos(angle) * x - Math.sin(angle) * y);
                    data[at + j] = (float) (Math.sin(angle) * x + Math.cos(angle) * y);
                }
            }
        }
    }
}
