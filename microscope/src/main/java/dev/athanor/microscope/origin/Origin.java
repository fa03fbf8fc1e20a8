package dev.athanor.microscope.origin;

import dev.athanor.microscope.view.Figure;
import java.util.List;

/**
 * Where a number comes from.
 *
 * @param figure the number, computed again
 * @param story what it is in the potion story
 * @param mathematics its formula
 * @param code the hooks it is made of
 * @param inputs numbers that went into it, the first ones where there are many
 * @param inputCount how many there are
 */
public record Origin(
        Figure figure, String story, String mathematics, String code, List<Figure> inputs, int inputCount) {
    public Origin {
        inputs = List.copyOf(inputs);
    }
}
