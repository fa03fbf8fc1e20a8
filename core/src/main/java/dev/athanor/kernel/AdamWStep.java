package dev.athanor.kernel;

/** The numbers of one AdamW step that are the same for every element, computed in double and rounded once. */
final class AdamWStep {
    private AdamWStep() {}

    /** What remains of a parameter after weight decay: 1 - lr * decay. */
    static float keep(float lr, float decay) {
        return (float) (1.0 - (double) lr * decay);
    }

    /** The learning rate with the first moment's bias taken out: lr / bias1. */
    static float size(float lr, float bias1) {
        return (float) ((double) lr / bias1);
    }

    /** Takes the second moment's bias out of its root: 1 / sqrt(bias2). */
    static float rootScale(float bias2) {
        return (float) (1.0 / Math.sqrt(bias2));
    }
}
