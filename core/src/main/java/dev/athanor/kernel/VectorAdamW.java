package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;

/** One pass of AdamW: four arrays read and three written per element, so memory sets the pace. */
final class VectorAdamW {
    private static final ScalarKernels TAIL = new ScalarKernels();

    private VectorAdamW() {}

    static void update(
            float[] p,
            int po,
            float[] gradient,
            int go,
            float gradientScale,
            float[] m,
            int mo,
            float[] v,
            int vo,
            int n,
            float lr,
            float beta1,
            float beta2,
            float epsilon,
            float decay,
            float bias1,
            float bias2) {
        float keep = AdamWStep.keep(lr, decay);
        float squareRate = 1f - beta2;
        FloatVector meanRate = FloatVector.broadcast(S, 1f - beta1);
        FloatVector rootScale = FloatVector.broadcast(S, AdamWStep.rootScale(bias2));
        FloatVector smallest = FloatVector.broadcast(S, epsilon);
        FloatVector minusSize = FloatVector.broadcast(S, -AdamWStep.size(lr, bias1));
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector g = FloatVector.fromArray(S, gradient, go + i).mul(gradientScale);
            FloatVector before = FloatVector.fromArray(S, m, mo + i);
            FloatVector mean = g.sub(before).fma(meanRate, before);
            FloatVector square =
                    g.mul(squareRate).fma(g, FloatVector.fromArray(S, v, vo + i).mul(beta2));
            FloatVector root = square.sqrt().fma(rootScale, smallest);
            mean.div(root)
                    .fma(minusSize, FloatVector.fromArray(S, p, po + i).mul(keep))
                    .intoArray(p, po + i);
            mean.intoArray(m, mo + i);
            square.intoArray(v, vo + i);
        }
        TAIL.adamW(
                p,
                po + i,
                gradient,
                go + i,
                gradientScale,
                m,
                mo + i,
                v,
                vo + i,
                n - i,
                lr,
                beta1,
                beta2,
                epsilon,
                decay,
                bias1,
                bias2);
    }
}
