package dev.athanor.microscope.view;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The words of the dictionary nearest to a state, by the cosine with their rows of the token embedding: what the word
 * still is, not what it will say next (that is the lens).
 *
 * @param words nearest first
 */
public record NearestWords(int state, int position, List<Row> words) {
    public record Row(int token, Figure similarity) {}

    /** The name, index [state, position, token]. */
    public static final String SIMILARITY = "nearest.similarity";

    public NearestWords {
        words = List.copyOf(words);
    }

    public static NearestWords of(Thought thought, int state, int position, int top) {
        float[] numbers = state(thought, state, position);
        Weight table = table(thought);
        float[] row = new float[numbers.length];
        List<Row> rows = new ArrayList<>();
        for (int token = 0; token < table.shape().dim(0); token++) {
            read(table, token, row);
            rows.add(new Row(token, Figure.of(cosine(numbers, row), SIMILARITY, state, position, token)));
        }
        rows.sort(Comparator.comparingDouble((Row r) -> -r.similarity().value()));
        return new NearestWords(state, position, rows.subList(0, Math.min(top, rows.size())));
    }

    /** How near one word of the dictionary is. */
    public static double similarity(Thought thought, int state, int position, int token) {
        float[] row = new float[thought.config().width()];
        read(table(thought), token, row);
        return cosine(state(thought, state, position), row);
    }

    private static float[] state(Thought thought, int state, int position) {
        int layers = thought.config().layers();
        Tensor states =
                state == layers ? thought.at(HookPoint.RESID_POST, layers - 1) : thought.at(HookPoint.RESID_PRE, state);
        return Thought.row(states, position, thought.config().width());
    }

    private static Weight table(Thought thought) {
        Parameters parameters = thought.microscope().model().parameters();
        return parameters
                .list()
                .get(parameters.indexOf(Role.TOKEN_EMBEDDING, -1))
                .weight();
    }

    private static void read(Weight table, int token, float[] row) {
        switch (table) {
            case Tensor t -> System.arraycopy(t.data(), t.offset() + token * row.length, row, 0, row.length);
            case Stored s -> StoredRows.read(s, token, row, 0);
        }
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    }
}
