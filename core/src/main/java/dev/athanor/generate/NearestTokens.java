package dev.athanor.generate;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/**
 * Tokens near each other by the cosine of their rows in the token embedding, from -1 to 1: the rows are what the model
 * knows of a token before it has seen a text.
 */
public final class NearestTokens {
    /** A token and how near it is. */
    public record Near(int id, double cosine) {}

    private final Weight embedding; // [V, d]

    public NearestTokens(Parameters parameters) {
        this.embedding = parameters
                .list()
                .get(parameters.indexOf(Role.TOKEN_EMBEDDING, -1))
                .weight();
    }

    /**
     * The {@code top} tokens nearest to the mean of the rows of {@code ids}, nearest first, equal ones by id.
     *
     * @param candidate which tokens to consider
     */
    public List<Near> to(List<Integer> ids, int top, IntPredicate candidate) {
        int width = embedding.shape().dim(-1);
        float[] row = new float[width];
        double[] mean = new double[width];
        for (int id : ids) {
            read(id, row);
            for (int i = 0; i < width; i++) {
                mean[i] += row[i];
            }
        }
        Comparator<Near> order =
                Comparator.comparingDouble(Near::cosine).thenComparing(Near::id, Comparator.reverseOrder());
        PriorityQueue<Near> best = new PriorityQueue<>(order);
        for (int id = 0; id < embedding.shape().dim(0); id++) {
            if (candidate.test(id)) {
                read(id, row);
                best.add(new Near(id, cosine(mean, row)));
                if (best.size() > top) {
                    best.remove();
                }
            }
        }
        List<Near> list = new ArrayList<>(best);
        list.sort(order.reversed());
        return list;
    }

    private void read(int id, float[] row) {
        switch (embedding) {
            case Tensor t -> System.arraycopy(t.data(), id * row.length, row, 0, row.length);
            case Stored s -> StoredRows.read(s, id, row, 0);
        }
    }

    private static double cosine(double[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < b.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    }
}
