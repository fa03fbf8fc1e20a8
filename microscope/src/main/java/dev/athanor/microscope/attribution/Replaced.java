package dev.athanor.microscope.attribution;

import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.List;

/**
 * What a decision loses when one word after another is replaced by the average embedding, and all else is recomputed.
 */
final class Replaced {
    private Replaced() {}

    static double[] each(Thought thought, Choice choice) {
        double whole = choice.logit(thought.logits(choice.position()));
        float[] mean = MeanEmbedding.of(thought.microscope().model().parameters());
        Tensor words = thought.stream().at(HookPoint.EMBED);
        double[] lost = new double[choice.position() + 1];
        for (int word = 0; word < lost.length; word++) {
            float[] row = Thought.row(words, word, mean.length);
            int first = Microscope.start(thought.length(), word);
            int at = word - first;
            Edit edit = new Edit(new Hook(HookPoint.RESID_PRE, 0), value -> {
                for (int i = 0; i < mean.length; i++) {
                    value.set(value.get(0, at, i) + mean[i] - row[i], 0, at, i);
                }
            });
            Tensor logits = thought.microscope().recompute(thought.stream(), 0, first, List.of(edit));
            float[] after = Thought.row(
                    logits, choice.position() - first, thought.config().vocabularySize());
            lost[word] = whole - choice.logit(after);
        }
        return lost;
    }
}
