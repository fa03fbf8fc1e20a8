package dev.athanor.model.hook;

import java.util.ArrayList;
import java.util.List;

/**
 * One place in a forward pass.
 *
 * @param layer from 0; {@link #NO_LAYER} where the place belongs to none
 */
public record Hook(HookPoint point, int layer) {
    public static final int NO_LAYER = -1;

    public Hook {
        if (point.perLayer() != (layer >= 0)) {
            throw new IllegalArgumentException("hook " + point.pattern() + ": expected "
                    + (point.perLayer() ? "a layer from 0" : "no layer") + ", found " + layer);
        }
    }

    public static Hook of(HookPoint point) {
        return new Hook(point, NO_LAYER);
    }

    /** The classic name, such as {@code blocks.3.attn.hook_q}. */
    public String name() {
        return point.perLayer() ? point.pattern().replace("%d", Integer.toString(layer)) : point.pattern();
    }

    /**
     * The hook of that name in a model of {@code layers}.
     *
     * @throws IllegalArgumentException when there is none, with the names there are
     */
    public static Hook parse(String name, int layers) {
        List<String> known = new ArrayList<>();
        for (HookPoint point : HookPoint.values()) {
            for (int layer = 0; layer < (point.perLayer() ? layers : 1); layer++) {
                Hook hook = new Hook(point, point.perLayer() ? layer : NO_LAYER);
                if (hook.name().equals(name)) {
                    return hook;
                }
            }
            known.add(point.pattern().replace("%d", "L"));
        }
        throw new IllegalArgumentException("hook: expected one of " + String.join(", ", known) + " with L from 0 to "
                + (layers - 1) + ", found " + name);
    }

    @Override
    public String toString() {
        return name();
    }
}
