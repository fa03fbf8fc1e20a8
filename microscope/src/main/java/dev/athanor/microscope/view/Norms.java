package dev.athanor.microscope.view;

import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * How long each word's state is (its Euclidean norm) before every layer and after the last: the residual stream grows,
 * for it is only added to.
 *
 * @param rows one per state, each with one number per word
 */
public record Norms(List<List<Figure>> rows) {
    /** The name, index [state, position]. */
    public static final String NORM = "norm";

    public Norms {
        rows = rows.stream().map(List::copyOf).toList();
    }

    public static Norms of(Thought thought) {
        List<List<Figure>> rows = new ArrayList<>();
        int layers = thought.config().layers();
        for (int state = 0; state <= layers; state++) {
            Tensor states = state == layers
                    ? thought.at(HookPoint.RESID_POST, layers - 1)
                    : thought.at(HookPoint.RESID_PRE, state);
            List<Figure> row = new ArrayList<>();
            for (int position = 0; position < thought.length(); position++) {
                double square = 0;
                for (float x : Thought.row(states, position, thought.config().width())) {
                    square += (double) x * x;
                }
                row.add(Figure.of(Math.sqrt(square), NORM, state, position));
            }
            rows.add(row);
        }
        return new Norms(rows);
    }
}
