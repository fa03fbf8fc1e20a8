package dev.athanor.kernel;

/**
 * One call of each kernel on the arrays of a {@link KernelRoom}: what the bit, allocation and determinism tests run.
 */
enum KernelCall {
    SUM((k, a) -> a.results[0] = k.sum(a.x, a.xo, a.n)),
    DOT((k, a) -> a.results[0] = k.dot(a.x, a.xo, a.y, a.yo, a.n)),
    DOT_MAPPED((k, a) -> a.results[0] = k.dot(a.mapped, a.at, a.x, a.xo, a.n)),
    MAX((k, a) -> a.results[0] = k.max(a.x, a.xo, a.n)),
    ALL_FINITE((k, a) -> a.results[0] = k.allFinite(a.x, a.xo, a.n) ? 1f : 0f),
    ADD((k, a) -> k.add(a.p, a.po, a.x, a.xo, a.n)),
    ADD_SCALED((k, a) -> k.addScaled(a.p, a.po, 0.3f, a.x, a.xo, a.n)),
    ADD_SCALED_MAPPED((k, a) -> k.addScaled(a.p, a.po, 0.3f, a.mapped, a.at, a.n)),
    SCALE((k, a) -> k.scale(a.p, a.po, 0.3f, a.n)),
    EXP_SHIFTED((k, a) -> a.results[0] = k.expShifted(a.p, a.po, a.x, a.xo, 1.5f, a.n)),
    EXP_SHIFTED_IN_PLACE((k, a) -> a.results[0] = k.expShifted(a.x, a.xo, a.x, a.xo, -0.5f, a.n)),
    LAYER_NORM((k, a) -> k.layerNorm(a.p, a.po, a.x, a.xo, a.w, a.wo, a.b, a.bo, 1e-5f, a.results, 0, a.n)),
    LAYER_NORM_WITHOUT_BIAS((k, a) -> k.layerNorm(a.p, a.po, a.x, a.xo, a.w, a.wo, a.b, -1, 1e-5f, a.results, 0, a.n)),
    LAYER_NORM_BACKWARD((k, a) -> k.layerNormBackward(
            a.p, a.po, false, a.q, a.qo, a.r, a.ro, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.results, 2, a.n)),
    LAYER_NORM_BACKWARD_ADDING((k, a) -> k.layerNormBackward(
            a.p, a.po, true, a.q, a.qo, a.r, -1, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.results, 2, a.n)),
    RMS_NORM((k, a) -> k.rmsNorm(a.p, a.po, a.x, a.xo, a.w, a.wo, 1e-6f, a.results, 0, a.n)),
    RMS_NORM_BACKWARD((k, a) ->
            k.rmsNormBackward(a.p, a.po, false, a.q, a.qo, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.results, 3, a.n)),
    RMS_NORM_BACKWARD_ADDING((k, a) ->
            k.rmsNormBackward(a.p, a.po, true, a.q, a.qo, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.results, 3, a.n)),
    GELU_TANH((k, a) -> k.geluTanh(a.p, a.po, a.x, a.xo, a.n)),
    GELU_TANH_BACKWARD((k, a) -> k.geluTanhBackward(a.p, a.po, a.y, a.yo, a.x, a.xo, a.n)),
    GELU_TANH_BACKWARD_IN_PLACE((k, a) -> k.geluTanhBackward(a.y, a.yo, a.y, a.yo, a.x, a.xo, a.n)),
    GELU_ERF((k, a) -> k.geluErf(a.p, a.po, a.x, a.xo, a.n)),
    GELU_ERF_BACKWARD((k, a) -> k.geluErfBackward(a.p, a.po, a.y, a.yo, a.x, a.xo, a.n)),
    GELU_ERF_BACKWARD_IN_PLACE((k, a) -> k.geluErfBackward(a.y, a.yo, a.y, a.yo, a.x, a.xo, a.n)),
    SILU_GATE((k, a) -> k.siluGate(a.p, a.po, a.x, a.xo, a.w, a.wo, a.n)),
    SILU_GATE_BACKWARD((k, a) -> k.siluGateBackward(a.p, a.po, a.q, a.qo, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.n)),
    SILU_GATE_BACKWARD_IN_PLACE(
            (k, a) -> k.siluGateBackward(a.x, a.xo, a.w, a.wo, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.n)),
    ROTATE((k, a) -> k.rotate(a.p, a.po, a.x, a.xo, a.y, a.yo, a.n, false)),
    ROTATE_INVERSE((k, a) -> k.rotate(a.p, a.po, a.x, a.xo, a.y, a.yo, a.n, true)),
    ROTATE_ADJACENT((k, a) -> k.rotateAdjacent(a.p, a.po, a.x, a.xo, a.y, a.yo, a.n, false)),
    ROTATE_ADJACENT_INVERSE((k, a) -> k.rotateAdjacent(a.p, a.po, a.x, a.xo, a.y, a.yo, a.n, true)),
    SOFTMAX((k, a) -> a.results[0] = k.softmax(a.p, a.po, a.n)),
    CROSS_ENTROPY((k, a) -> a.results[0] = k.crossEntropy(a.p, a.po, a.n, a.n / 3, 0.125f)),
    ADAM_W((k, a) -> k.adamW(
            a.p, a.po, a.x, a.xo, 0.5f, a.q, a.qo, a.r, a.ro, a.n, 1e-3f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.271f,
            0.002997f));

    /** Runs one kernel. */
    interface Body {
        void run(Kernels kernels, KernelRoom room);
    }

    private final Body body;

    KernelCall(Body body) {
        this.body = body;
    }

    void run(Kernels kernels, KernelRoom room) {
        body.run(kernels, room);
    }
}
