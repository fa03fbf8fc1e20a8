package dev.athanor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.FlashAttention.Layout;
import dev.athanor.kernel.RotaryTable;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation against central differences: the gradient of a random linear function of its output, by the tape and
 * by moving each input a little both ways. The inputs are F32, so steps of 1/64 and tolerances of about h² plus
 * rounding / h are the best there is.
 */
class GradientTest {
    private static final long SEED = 31_415;
    private static final float STEP = 1f / 64;
    /** Third derivatives times h²/6 and F32 noise over 2h, both below this for inputs in [-1, 1]. */
    private static final double TOLERANCE = 2e-3;

    private static final Compute COMPUTE = Compute.create(2);

    @AfterAll
    static void close() {
        COMPUTE.close();
    }

    /** An operation from inputs to one output. */
    private interface Operation {
        Value apply(Tape tape, List<Value> inputs);
    }

    @Test
    void linear() {
        check(
                "linear",
                List.of(Shape.of(5, 7), Shape.of(6, 7), Shape.of(6)),
                (tape, in) -> Linear.apply(tape, in.get(0), in.get(1), Optional.of(in.get(2)), false));
        check(
                "linear input-major",
                List.of(Shape.of(5, 7), Shape.of(7, 6), Shape.of(6)),
                (tape, in) -> Linear.apply(tape, in.get(0), in.get(1), Optional.of(in.get(2)), true));
        check(
                "linear of one row",
                List.of(Shape.of(1, 7), Shape.of(6, 7)),
                (tape, in) -> Linear.apply(tape, in.get(0), in.get(1), Optional.empty(), false));
    }

    @Test
    void norms() {
        check(
                "LayerNorm",
                List.of(Shape.of(4, 9), Shape.of(9), Shape.of(9)),
                (tape, in) -> Normalise.apply(tape, in.get(0), in.get(1), Optional.of(in.get(2)), 0.1f));
        check(
                "RMSNorm",
                List.of(Shape.of(4, 9), Shape.of(9)),
                (tape, in) -> Normalise.apply(tape, in.get(0), in.get(1), Optional.empty(), 0.1f));
        check(
                "RMSNorm of heads",
                List.of(Shape.of(3, 8), Shape.of(4)),
                (tape, in) -> Normalise.apply(tape, in.get(0), in.get(1), Optional.empty(), 0.1f));
    }

    @Test
    void activations() {
        check("GELU tanh", List.of(Shape.of(3, 11)), (tape, in) -> Activate.gelu(tape, in.get(0), true));
        check("GELU erf", List.of(Shape.of(3, 11)), (tape, in) -> Activate.gelu(tape, in.get(0), false));
        check(
                "SwiGLU",
                List.of(Shape.of(3, 11), Shape.of(3, 11)),
                (tape, in) -> Activate.siluGate(tape, in.get(0), in.get(1)));
    }

    @Test
    void residuals() {
        check("x + y", List.of(Shape.of(3, 5), Shape.of(3, 5)), (tape, in) -> Residual.add(tape, in.get(0), in.get(1)));
        check(
                "x + y + z",
                List.of(Shape.of(3, 5), Shape.of(3, 5), Shape.of(3, 5)),
                (tape, in) -> Residual.add(tape, in.get(0), in.get(1), in.get(2)));
    }

    @Test
    void dropout() {
        check("dropout", List.of(Shape.of(6, 10)), (tape, in) -> Dropout.apply(tape, in.get(0), 0.4f, 77));
    }

    @Test
    void embedding() {
        int[] tokens = {2, 0, 2, 1, 1, 3};
        check(
                "embedding",
                List.of(Shape.of(5, 4), Shape.of(3, 4)),
                (tape, in) ->
                        Embedding.apply(tape, tokens, new Positions.Running(0, 3), in.get(0), Optional.of(in.get(1))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rotationAndAttentionWithGroupedQueries(boolean adjacentPairs) {
        int size = 4;
        Layout layout = new Layout(2, 3, 3, 0, Integer.MAX_VALUE, 4, 2, size, 0.5f);
        RotaryTable table = new RotaryTable(new double[] {1, 0.1}, 1.25, adjacentPairs);
        table.reach(8);
        check("rotary attention", List.of(Shape.of(6, 16), Shape.of(6, 8), Shape.of(6, 8)), (tape, in) -> {
            // Rotation overwrites, so it works on copies made by adding nothing.
            Value zero = tape.value(6, 16);
            java.util.Arrays.fill(zero.array(), 0f);
            Value none = tape.value(6, 8);
            java.util.Arrays.fill(none.array(), 0f);
            Heads q = Heads.separate(Residual.add(tape, in.get(0), zero), size);
            Heads k = Heads.separate(Residual.add(tape, in.get(1), none), size);
            Rotate.apply(tape, q, 4, new Positions.Running(0, 3), table);
            Rotate.apply(tape, k, 2, new Positions.Running(0, 3), table);
            return Attend.apply(tape, layout, q, k, Heads.separate(in.get(2), size));
        });
    }

    @Test
    void lossOfLogits() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Tensor> data = List.of(random(random, Shape.of(5, 6)), random(random, Shape.of(7, 6)));
        int[] targets = {3, -1, 0, 6, 3};
        Pool pool = new Pool();
        List<Value> inputs = parameters(data);
        Tape tape = new Tape(COMPUTE, pool, true);
        LinearCrossEntropy.apply(tape, inputs.get(0), inputs.get(1), targets, 0.25f);
        tape.backward();
        compare("cross-entropy", data, inputs, () -> {
            Tape forward = new Tape(COMPUTE, pool, false);
            return 0.25
                    * LinearCrossEntropy.apply(
                            forward, Value.constant(data.get(0)), Value.constant(data.get(1)), targets, 0f);
        });
    }

    private static void check(String name, List<Shape> shapes, Operation operation) {
        SplittableRandom random = new SplittableRandom(SEED + name.hashCode());
        List<Tensor> data = new ArrayList<>();
        shapes.forEach(shape -> data.add(random(random, shape)));
        Pool pool = new Pool();
        List<Value> inputs = parameters(data);
        Tape tape = new Tape(COMPUTE, pool, true);
        // Learning inputs already hold a (zero) gradient, so what an operation writes rather than adds to must be an
        // intermediate.
        List<Value> fresh = new ArrayList<>();
        for (Value input : inputs) {
            fresh.add(input.data().shape().rank() == 2 && needsIntermediate(name) ? copy(tape, input) : input);
        }
        Value out = operation.apply(tape, fresh);
        float[] weights = random(random, out.data().shape()).toArray();
        out.claim(pool);
        System.arraycopy(weights, 0, out.gradient(), out.gradientOffset(), weights.length);
        tape.backward();
        compare(name, data, inputs, () -> {
            Tape forward = new Tape(COMPUTE, pool, false);
            List<Value> constants = new ArrayList<>();
            data.forEach(t -> constants.add(Value.constant(Tensor.view(t.toArray(), 0, t.shape()))));
            float[] y = operation.apply(forward, constants).data().toArray();
            double sum = 0;
            for (int i = 0; i < y.length; i++) {
                sum += (double) weights[i] * y[i];
            }
            forward.clear();
            return sum;
        });
    }

    private static boolean needsIntermediate(String name) {
        return !name.startsWith("linear") && !name.equals("embedding");
    }

    /** An intermediate with the numbers of {@code input} that hands its gradient on. */
    private static Value copy(Tape tape, Value input) {
        Value y = tape.value(input.data().shape().toArray());
        System.arraycopy(
                input.array(), input.offset(), y.array(), y.offset(), y.data().size());
        tape.record(y, () -> {
            for (int i = 0; i < y.data().size(); i++) {
                input.gradient()[input.gradientOffset() + i] += y.gradient()[y.gradientOffset() + i];
            }
        });
        return y;
    }

    private interface Loss {
        double value();
    }

    private static void compare(String name, List<Tensor> data, List<Value> inputs, Loss loss) {
        for (int input = 0; input < data.size(); input++) {
            float[] x = data.get(input).data();
            for (int i = 0; i < x.length; i++) {
                float kept = x[i];
                x[i] = kept + STEP;
                double up = loss.value();
                x[i] = kept - STEP;
                double down = loss.value();
                x[i] = kept;
                double expected = (up - down) / (2 * STEP);
                double found = inputs.get(input).gradient()[inputs.get(input).gradientOffset() + i];
                assertEquals(
                        expected,
                        found,
                        TOLERANCE * Math.max(1, Math.abs(expected)),
                        name + ", input " + input + ", element " + i + ", seed " + SEED);
            }
        }
    }

    private static List<Value> parameters(List<Tensor> data) {
        List<Value> values = new ArrayList<>();
        data.forEach(t -> values.add(Value.parameter(t, Tensor.zeros(t.shape().toArray()))));
        return values;
    }

    private static Tensor random(SplittableRandom random, Shape shape) {
        float[] x = new float[(int) shape.elements()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return Tensor.view(x, 0, shape);
    }
}
