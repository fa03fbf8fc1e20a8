package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;
import static dev.athanor.kernel.Lanes.before;
import static dev.athanor.kernel.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** One pass of AdamW: four arrays read and three written per element, so memory sets the pace. */
final class VectorAdamW {
    private VectorAdamW() {}

    /** Updates n elements, a multiple of the register length. */
    static void update(
            float[] p, int po, float[] gradient, int go, float gradientScale, float[] m, int mo, float[] v, int vo, int n, float beta2,
            float epsilon, AdamWStep step) {
        FloatVector meanRate = FloatVector.broadcast(S, step.meanRate());
        FloatVector rootScale = FloatVector.broadcast(S, step.rootScale());
        FloatVector smallest = FloatVector.broadcast(S, epsilon);
        FloatVector size = FloatVector.broadcast(S, -step.size());
        float squareRate = step.squareRate();
        float keep = step.keep();
        for (int i = 0; i < n; i += L) {
            FloatVector g = load(gradient, go + i).mul(gradientScale);
            FloatVector before = load(m, mo + i);
            FloatVector mean = meanRate.fma(g.sub(before), before);
            FloatVector square = g.mul(squareRate).fma(g, load(v, vo + i).mul(beta2));
            FloatVector root = square.sqrt().fma(rootScale, smallest);
            mean.div(root).fma(size, load(p, po + i).mul(keep)).intoArray(p, po + i);
            mean.intoArray(m, mo + i);
            square.intoArray(v, vo + i);
        }
    }

    /** Updates n elements, fewer than the register length. */
    static void updateTail(
            float[] p, int po, float[] gradient, int go, float gradientScale, float[] m, int mo, float[] v, int vo, int n, float beta2,
            float epsilon, AdamWStep step) {
        VectorMask<Float> mask = before(0, n);
        FloatVector g = load(gradient, go, mask).mul(gradientScale);
        FloatVector before = load(m, mo, mask);
        FloatVector mean = FloatVector.broadcast(S, step.meanRate()).fma(g.sub(before), before);
        FloatVector square = g.mul(step.squareRate()).fma(g, load(v, vo, mask).mul(beta2));
        FloatVector root = square.sqrt().fma(FloatVector.broadcast(S, step.rootScale()), FloatVector.broadcast(S, epsilon));
        mean.div(root).fma(FloatVector.broadcast(S, -step.size()), load(p, po, mask).mul(step.keep())).intoArray(p, po, mask);
        mean.intoArray(m, mo, mask);
        square.intoArray(v, vo, mask);
    }
}
