package dev.athanor.kernel;

/**
 * The numbers of one AdamW step that are the same for every element, computed in double and rounded once.
 *
 * @param keep 1 - lr * decay
 * @param meanRate 1 - beta1
 * @param squareRate 1 - beta2
 * @param size lr / bias1
 * @param rootScale 1 / sqrt(bias2)
 */
record AdamWStep(float keep, float meanRate, float squareRate, float size, float rootScale) {
    static AdamWStep of(float lr, float beta1, float beta2, float decay, float bias1, float bias2) {
        return new AdamWStep(
                (float) (1.0 - (double) lr * decay), 1f - beta1, 1f - beta2, (float) ((double) lr / bias1), (float) (1.0 / Math.sqrt(bias2)));
    }
}
