package dev.athanor.train;

import dev.athanor.model.Transformer;

/**
 * Looks at a model while it learns. It may run the model and must not change its weights; a training state of a step is
 * saved only after the watcher has seen that step.
 */
public interface TrainingWatcher {
    /** Sees nothing. */
    TrainingWatcher NONE = new TrainingWatcher() {
        @Override
        public void begin(long step, Transformer model) {}

        @Override
        public void after(long step, double stepSeconds, Transformer model) {}

        @Override
        public void end(long step, Transformer model) {}
    };

    /** Before the first step of a run, or after step {@code step} of one that is resumed there. */
    void begin(long step, Transformer model);

    /**
     * After a step.
     *
     * @param step counted from 1
     * @param stepSeconds how long it took, evaluation excluded
     */
    void after(long step, double stepSeconds, Transformer model);

    /** When the budget is used or the run was interrupted, before the report is written. */
    void end(long step, Transformer model);
}
