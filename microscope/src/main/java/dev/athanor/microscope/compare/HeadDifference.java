package dev.athanor.microscope.compare;

import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How differently the head of one number fills its flasks in two checkpoints that read the same words: the total
 * variation between its rows of attention, mean over the words. 0 is the same flasks, 1 is nothing in common. Heads
 * have no names of their own: two trainings from different seeds may well have swapped them.
 *
 * @param layer of both
 * @param head of both
 * @param variation from 0 to 1
 */
public record HeadDifference(int layer, int head, Figure variation) {
    /** The name of the figure, index [layer, head]. */
    public static final String NAME = "compare.pattern";

    /**
     * Every head, layer by layer.
     *
     * @throws IllegalArgumentException when the runs have other words, layers or heads, in one sentence
     */
    public static List<HeadDifference> of(Thought a, Thought b) {
        List<HeadDifference> heads = new ArrayList<>();
        for (int layer = 0; layer < a.config().layers(); layer++) {
            for (int head = 0; head < a.config().heads(); head++) {
                heads.add(of(a, b, layer, head));
            }
        }
        return List.copyOf(heads);
    }

    /** Whether the runs can be compared head by head. */
    public static boolean comparable(Thought a, Thought b) {
        return Arrays.equals(a.tokens(), b.tokens())
                && a.config().layers() == b.config().layers()
                && a.config().heads() == b.config().heads();
    }

    /** One head. */
    public static HeadDifference of(Thought a, Thought b, int layer, int head) {
        if (!comparable(a, b)) {
            throw new IllegalArgumentException(
                    "compare: expected the same words read by two checkpoints of as many layers and heads, found others");
        }
        int length = a.length();
        Hook hook = new Hook(HookPoint.PATTERN, layer);
        Tensor one = a.recording(hook).at(hook);
        Tensor two = b.recording(hook).at(hook);
        double sum = 0;
        for (int word = 0; word < length; word++) {
            float[] first = Thought.row(one, head * length + word, length);
            float[] second = Thought.row(two, head * length + word, length);
            for (int i = 0; i <= word; i++) {
                sum += Math.abs((double) first[i] - second[i]) / 2;
            }
        }
        return new HeadDifference(layer, head, new Figure(NAME, List.of(layer, head), sum / length));
    }
}
