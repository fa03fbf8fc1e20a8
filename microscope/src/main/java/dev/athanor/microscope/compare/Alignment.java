package dev.athanor.microscope.compare;

import dev.athanor.microscope.Microscope;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How alike two models arrange the same words, layer by layer: linear CKA (arXiv:1905.00414), 1 where the distances
 * between words' states are the same up to one scale and a rotation. The widths may differ. States of few words in many
 * dimensions always look somewhat alike, so it is measured over several texts.
 */
public final class Alignment {
    private Alignment() {}

    /**
     * @param texts tokens that both models read
     * @return one number per layer of the shallower model, of the states after it
     */
    public static List<Double> cka(Microscope a, Microscope b, List<int[]> texts) {
        int vocabulary =
                Math.min(a.model().config().vocabularySize(), b.model().config().vocabularySize());
        for (int[] text : texts) {
            if (Arrays.stream(text).anyMatch(token -> token >= vocabulary)) {
                throw new IllegalArgumentException(
                        "compare: expected tokens that both models know, below " + vocabulary + ", found one above");
            }
        }
        List<Double> similarity = new ArrayList<>();
        int layers = Math.min(a.model().config().layers(), b.model().config().layers());
        for (int layer = 0; layer < layers; layer++) {
            similarity.add(linear(states(a, texts, layer), states(b, texts, layer)));
        }
        return List.copyOf(similarity);
    }

    private static double[][] states(Microscope microscope, List<int[]> texts, int layer) {
        Hook hook = new Hook(HookPoint.RESID_POST, layer);
        List<double[]> rows = new ArrayList<>();
        int d = microscope.model().config().width();
        for (int[] text : texts) {
            Tensor values = microscope.record(text, hook::equals).at(hook);
            for (int position = 0; position < text.length; position++) {
                double[] row = new double[d];
                for (int i = 0; i < d; i++) {
                    row[i] = values.data()[position * d + i];
                }
                rows.add(row);
            }
        }
        return rows.toArray(new double[0][]);
    }

    /** Linear CKA of the rows [n, da] and [n, db], through the [n, n] matrices of their dot products. */
    static double linear(double[][] x, double[][] y) {
        double[][] k = gram(x);
        double[][] l = gram(y);
        double kl = 0;
        double kk = 0;
        double ll = 0;
        for (int i = 0; i < k.length; i++) {
            for (int j = 0; j < k.length; j++) {
                kl += k[i][j] * l[i][j];
                kk += k[i][j] * k[i][j];
                ll += l[i][j] * l[i][j];
            }
        }
        return kk == 0 || ll == 0 ? 0 : kl / Math.sqrt(kk * ll);
    }

    private static double[][] gram(double[][] rows) {
        int n = rows.length;
        int d = rows[0].length;
        double[] mean = new double[d];
        for (double[] row : rows) {
            for (int i = 0; i < d; i++) {
                mean[i] += row[i] / n;
            }
        }
        double[][] gram = new double[n][n];
        for (int a = 0; a < n; a++) {
            for (int b = 0; b <= a; b++) {
                double sum = 0;
                for (int i = 0; i < d; i++) {
                    sum += (rows[a][i] - mean[i]) * (rows[b][i] - mean[i]);
                }
                gram[a][b] = sum;
                gram[b][a] = sum;
            }
        }
        return gram;
    }
}
