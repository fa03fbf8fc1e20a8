package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers the operations of one forward pass and runs their backward parts in reverse order.
 *
 * <p>A step of the tape is a whole fused operation (a projection, attention, a norm), so the tape itself costs nothing
 * measurable. All intermediate arrays come from a {@link Pool}: going backward, a step's output and its gradient are
 * given back as soon as the step is done. A tape that does not record gives its arrays back between {@link #mark()} and
 * {@link #releaseSince}.
 */
public final class Tape {
    private record Step(Value output, Runnable backward) {}

    private final Compute compute;
    private final Pool pool;
    private final boolean recording;
    private final boolean eachRowAlone;
    private final List<Step> steps = new ArrayList<>();
    private final List<float[]> lent = new ArrayList<>();

    public Tape(Compute compute, Pool pool, boolean recording) {
        this(compute, pool, recording, false);
    }

    private Tape(Compute compute, Pool pool, boolean recording, boolean eachRowAlone) {
        this.compute = compute;
        this.pool = pool;
        this.recording = recording;
        this.eachRowAlone = eachRowAlone;
    }

    /** A tape for rows that have nothing to do with each other: each gets the bits it would have alone. */
    public static Tape ofRowsAlone(Compute compute, Pool pool) {
        return new Tape(compute, pool, false, true);
    }

    /** Whether every row of a product is computed as if it were the only one. */
    public boolean eachRowAlone() {
        return eachRowAlone;
    }

    public Compute compute() {
        return compute;
    }

    /** Whether backward parts are kept; without, a forward pass keeps nothing it does not need. */
    public boolean recording() {
        return recording;
    }

    Pool pool() {
        return pool;
    }

    /** A value of the given shape whose numbers are not yet set. */
    Value value(int... dims) {
        Shape shape = Shape.of(dims);
        return Value.of(Tensor.view(array(Math.toIntExact(shape.elements())), 0, shape));
    }

    /** Memory that lives until this tape is cleared. */
    float[] array(int size) {
        float[] array = pool.take(size);
        lent.add(array);
        return array;
    }

    /** Keeps {@code backward}, which reads the gradient of {@code output} and adds to those of the inputs. */
    void record(Value output, Runnable backward) {
        if (recording) {
            steps.add(new Step(output, backward));
        }
    }

    /**
     * Runs every backward part, last first, and clears the tape. The last operation must have set the gradients it
     * starts from.
     */
    public void backward() {
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            step.backward.run();
            step.output.release(pool);
        }
        clear();
    }

    /** How many arrays are lent now, for {@link #releaseSince}. */
    public int mark() {
        return lent.size();
    }

    /** Gives back what was lent after {@code mark}, except {@code kept}. Only for tapes that do not record. */
    public void releaseSince(int mark, Value kept) {
        for (int i = lent.size() - 1; i >= mark; i--) {
            float[] array = lent.get(i);
            if (array != kept.array()) {
                lent.remove(i);
                pool.give(array);
            }
        }
    }

    /** Gives everything back. */
    public void clear() {
        for (Step step : steps) {
            step.output.release(pool);
        }
        steps.clear();
        lent.forEach(pool::give);
        lent.clear();
    }
}
