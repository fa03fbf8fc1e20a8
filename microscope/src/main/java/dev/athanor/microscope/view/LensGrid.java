package dev.athanor.microscope.view;

import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The logit lens over all layers and words: the next word as if the pass ended there, with the state's own scale in the
 * last norm.
 *
 * @param rows one per state: before each layer, and the last; each with one cell per word
 */
public record LensGrid(List<List<Cell>> rows) {
    /**
     * @param token the likeliest
     * @param probability its share
     * @param entropy of the whole distribution, in nats
     */
    public record Cell(int token, Figure probability, Figure entropy) {}

    /** The name of the lens' shares, index [state, position, token]. */
    public static final String PROBABILITY = "lens.probability";

    /** The name of the lens' entropies, index [state, position]. */
    public static final String ENTROPY = "lens.entropy";

    public LensGrid {
        rows = rows.stream().map(List::copyOf).toList();
    }

    public static LensGrid of(Thought thought) {
        List<List<Cell>> rows = new ArrayList<>();
        for (int state = 0; state <= thought.config().layers(); state++) {
            Tensor logits = logits(thought, state);
            List<Cell> row = new ArrayList<>();
            for (int position = 0; position < thought.length(); position++) {
                row.add(cell(Thought.row(logits, position, thought.config().vocabularySize()), state, position));
            }
            rows.add(row);
        }
        return new LensGrid(rows);
    }

    /** Logits [T, V] of the states before layer {@code state}; after the last layer where it is their number. */
    static Tensor logits(Thought thought, int state) {
        int layers = thought.config().layers();
        Tensor states =
                state == layers ? thought.at(HookPoint.RESID_POST, layers - 1) : thought.at(HookPoint.RESID_PRE, state);
        return thought.microscope()
                .model()
                .unembed(states.reshape(thought.length(), thought.config().width()));
    }

    /** One share of the lens. */
    public static double probability(Thought thought, int state, int position, int token) {
        return shares(thought, state, position)[token];
    }

    /** One entropy of the lens, in nats. */
    public static double entropy(Thought thought, int state, int position) {
        return entropy(shares(thought, state, position));
    }

    private static double[] shares(Thought thought, int state, int position) {
        return Shares.of(
                Thought.row(logits(thought, state), position, thought.config().vocabularySize()));
    }

    private static double entropy(double[] p) {
        double entropy = 0;
        for (double share : p) {
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return entropy;
    }

    private static Cell cell(float[] logits, int state, int position) {
        double[] p = Shares.of(logits);
        int best = 0;
        for (int i = 0; i < p.length; i++) {
            best = p[i] > p[best] ? i : best;
        }
        return new Cell(
                best,
                Figure.of(p[best], PROBABILITY, state, position, best),
                Figure.of(entropy(p), ENTROPY, state, position));
    }
}
