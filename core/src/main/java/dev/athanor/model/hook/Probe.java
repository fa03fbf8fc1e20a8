package dev.athanor.model.hook;

/**
 * Listens to a forward pass, and may change it. Where a hook is wanted that a fused kernel never writes down (scores,
 * shares, norms before their weight, single heads' results), the pass computes it openly.
 */
public interface Probe {
    /** Whether {@link #visit} is to be called there. Asked on every pass, before the hook's numbers exist. */
    boolean wants(Hook hook);

    /** The numbers at {@code hook}; they may be changed. */
    void visit(Hook hook, HookValue value);
}
