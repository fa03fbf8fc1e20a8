package dev.athanor.train;

import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Changes weights along their gradients. An instance belongs to one list of parameters and keeps its moments. */
public sealed interface Optimizer permits AdamW, Muon {
    /**
     * One step.
     *
     * @param gradients one per parameter
     * @param gradientScale what every gradient is multiplied by first (clipping)
     * @param rateShare fraction of the base learning rate in [0, 1], as the schedule says
     */
    void step(List<Tensor> gradients, float gradientScale, double rateShare);

    /**
     * Everything needed to continue exactly, by name. The arrays are the optimiser's own: reading them later sees later
     * values.
     */
    Map<String, Tensor> state();

    /** Steps done; part of the state. */
    long steps();

    /** Continues from {@code steps}; the tensors of {@link #state()} have been overwritten by the caller. */
    void resume(long steps);
}
