package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** y = x · Wᵀ + b for weights stored [out, in], or x · W + b for weights stored [in, out] (GPT-2). */
public final class Linear {
    /** Columns of a bias gradient one task sums. */
    private static final int BIAS_COLUMNS = 128;

    private Linear() {}

    /**
     * @param x [M, in]
     * @param weight [out, in], or [in, out] with {@code inputMajor}
     * @param bias [out]
     * @return [M, out]
     */
    public static Value apply(Tape tape, Value x, Value weight, Optional<Value> bias, boolean inputMajor) {
        int m = x.rows();
        int in = x.columns();
        int out = weight.weight().shape().dim(inputMajor ? 1 : 0);
        Value y = tape.value(m, out);
        Compute compute = tape.compute();
        if (m == 1) {
            Matrices.multiplyOne(compute, out, in, weight, inputMajor, x.array(), x.offset(), y.array(), y.offset());
        } else if (tape.eachRowAlone()) {
            Matrices.multiplyEach(
                    compute, m, out, in, weight, inputMajor, x.array(), x.offset(), y.array(), y.offset());
        } else {
            Matrices.multiply(
                    compute, m, out, in, x.array(), x.offset(), weight, !inputMajor, y.array(), y.offset(), false);
        }
        bias.ifPresent(b -> addBias(compute, y, b));
        tape.record(y, () -> backward(tape, x, weight, bias, inputMajor, y));
        return y;
    }

    /**
     * {@link #apply} of several weights to one x, with the same bits. For a single row all products are one parallel
     * loop.
     *
     * @param weights each [out, in], or [in, out] with {@code inputMajor}
     * @param biases one for each weight, where it has one
     */
    public static List<Value> together(
            Tape tape, Value x, List<Value> weights, List<Optional<Value>> biases, boolean inputMajor) {
        List<Value> all = new ArrayList<>();
        if (x.rows() > 1 || inputMajor) {
            for (int i = 0; i < weights.size(); i++) {
                all.add(apply(tape, x, weights.get(i), biases.get(i), inputMajor));
            }
            return all;
        }
        List<Weight> matrices = new ArrayList<>(weights.size());
        List<float[]> products = new ArrayList<>(weights.size());
        int[] offsets = new int[weights.size()];
        for (int i = 0; i < weights.size(); i++) {
            Weight matrix = weights.get(i).weight();
            Value y = tape.value(1, matrix.shape().dim(0));
            all.add(y);
            matrices.add(matrix);
            products.add(y.array());
            offsets[i] = y.offset();
        }
        tape.compute().gemv().together(matrices, x.array(), x.offset(), products, offsets);
        for (int i = 0; i < all.size(); i++) {
            Value y = all.get(i);
            Value weight = weights.get(i);
            Optional<Value> bias = biases.get(i);
            bias.ifPresent(b -> addBias(tape.compute(), y, b));
            tape.record(y, () -> backward(tape, x, weight, bias, false, y));
        }
        return all;
    }

    private static void addBias(Compute compute, Value y, Value bias) {
        int columns = y.columns();
        Rows.forEach(compute.workers(), y.rows(), columns, (from, to, part) -> {
            for (int row = from; row < to; row++) {
                compute.kernels().add(y.array(), y.offset() + row * columns, bias.array(), bias.offset(), columns);
            }
        });
    }

    private static void backward(Tape tape, Value x, Value weight, Optional<Value> bias, boolean inputMajor, Value y) {
        int m = x.rows();
        int in = x.columns();
        int out = y.columns();
        float[] dy = y.gradient();
        int dyo = y.gradientOffset();
        boolean add = x.claim(tape.pool());
        // dx [M, in] = dy [M, out] · W
        Matrices.multiply(
                tape.compute(), m, in, out, dy, dyo, weight, inputMajor, x.gradient(), x.gradientOffset(), add);
        if (weight.learns()) {
            weightGradient(tape.compute(), x, weight, inputMajor, y);
        }
        bias.filter(Value::learns).ifPresent(b -> addColumns(tape.compute(), dy, dyo, m, out, b));
    }

    /** dW (+)= dyᵀ · x [out, in], or xᵀ · dy [in, out]. */
    private static void weightGradient(Compute compute, Value x, Value weight, boolean inputMajor, Value y) {
        int m = x.rows();
        int in = x.columns();
        int out = y.columns();
        float[] dy = y.gradient();
        boolean add = weight.begin();
        int dyo = y.gradientOffset();
        if (inputMajor) {
            Matrices.arrays(
                    compute,
                    in,
                    out,
                    m,
                    x.array(),
                    x.offset(),
                    in,
                    true,
                    dy,
                    dyo,
                    out,
                    false,
                    weight.gradient(),
                    weight.gradientOffset(),
                    out,
                    add);
        } else {
            Matrices.arrays(
                    compute,
                    out,
                    in,
                    m,
                    dy,
                    dyo,
                    out,
                    true,
                    x.array(),
                    x.offset(),
                    in,
                    false,
                    weight.gradient(),
                    weight.gradientOffset(),
                    in,
                    add);
        }
    }

    /** gradient [columns] += the rows of x [rows, columns], in the order of rows. */
    static void addColumns(Compute compute, float[] x, int xo, int rows, int columns, Value parameter) {
        parameter.beginFromZero(compute.workers());
        addColumns(compute, x, xo, rows, columns, parameter.gradient(), parameter.gradientOffset());
    }

    /** sums[columns] += the rows of x [rows, columns], in the order of rows. */
    private static void addColumns(Compute compute, float[] x, int xo, int rows, int columns, float[] sums, int so) {
        Kernels kernels = compute.kernels();
        compute.workers().run((columns + BIAS_COLUMNS - 1) / BIAS_COLUMNS, (task, worker) -> {
            int first = task * BIAS_COLUMNS;
            int count = Math.min(BIAS_COLUMNS, columns - first);
            for (int row = 0; row < rows; row++) {
                kernels.add(sums, so + first, x, xo + row * columns + first, count);
            }
        });
    }
}
