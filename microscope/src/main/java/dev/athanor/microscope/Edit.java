package dev.athanor.microscope;

import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookValue;
import dev.athanor.tensor.Tensor;
import java.util.function.Consumer;

/**
 * A change of a forward pass.
 *
 * @param hook where
 * @param change writes into the numbers there
 */
public record Edit(Hook hook, Consumer<HookValue> change) {
    /** Replaces everything at {@code hook} by what another run had there. */
    public static Edit patch(Hook hook, Tensor value) {
        return new Edit(hook, there -> there.fill(value));
    }
}
