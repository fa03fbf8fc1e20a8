package dev.athanor.microscope.view;

import java.util.List;

/**
 * A number that is shown, and the question that gives it again.
 *
 * @param name a hook's name, or that of a quantity made from hooks
 * @param index into it
 */
public record Figure(String name, List<Integer> index, double value) {
    public Figure {
        index = List.copyOf(index);
    }

    static Figure of(double value, String name, Integer... index) {
        return new Figure(name, List.of(index), value);
    }
}
