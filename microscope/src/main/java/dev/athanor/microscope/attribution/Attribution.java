package dev.athanor.microscope.attribution;

import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Thought;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How much each word mattered for a decision, by one method.
 *
 * @param words one number per word up to the deciding one
 * @param gap of integrated gradients: how far their sum is from what the decision gained on the way from the average
 *     embedding; smaller with more steps
 */
public record Attribution(Method method, Choice choice, List<Figure> words, OptionalDouble gap) {
    /** Before the method's label: index [position, token, against, word]. */
    public static final String NAME = "attribution.";

    /** Points on the way of integrated gradients. */
    public static final int STEPS = 24;

    public Attribution {
        words = List.copyOf(words);
    }

    public static Attribution of(Thought thought, Choice choice, Method method) {
        return of(thought, choice, method, STEPS);
    }

    /** @param steps of integrated gradients */
    public static Attribution of(Thought thought, Choice choice, Method method, int steps) {
        OptionalDouble gap = OptionalDouble.empty();
        double[] numbers = switch (method) {
            case ATTENTION_LAST -> Attentions.last(thought, choice);
            case ATTENTION_ROLLOUT -> Attentions.rollout(thought, choice);
            case ATTENTION_DECIDING -> Attentions.deciding(thought, choice);
            case GRADIENT_X_INPUT -> new Gradients(thought, choice).timesInput();
            case INTEGRATED_GRADIENTS -> {
                Gradients gradients = new Gradients(thought, choice);
                double[] integrated = gradients.integrated(steps);
                gap = OptionalDouble.of(gradients.gap(integrated));
                yield integrated;
            }
            case ABLATION -> Replaced.each(thought, choice);
        };
        List<Figure> words = new ArrayList<>();
        for (int word = 0; word <= choice.position(); word++) {
            words.add(new Figure(
                    NAME + method.label(),
                    List.of(choice.position(), choice.token(), choice.against(), word),
                    numbers[word]));
        }
        return new Attribution(method, choice, words, gap);
    }
}
