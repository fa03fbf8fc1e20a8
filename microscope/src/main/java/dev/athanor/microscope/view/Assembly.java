package dev.athanor.microscope.view;

import dev.athanor.microscope.DirectAttribution.Vote;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Every part's vote in a choice, in the order of the pass. Votes are direct effects: what a part says to the assembly
 * itself, not what later layers made of it.
 *
 * @param votes of the embeddings, and of each layer's heads, their common bias and its feed-forward step
 * @param constant what the last norm's bias adds, whatever the text
 * @param logit the difference of the two logits (or the one logit) that the votes and the constant add up to
 */
public record Assembly(Choice choice, List<Ballot> votes, Figure constant, Figure logit) {
    /**
     * @param hook where the part joined the residual stream
     * @param head its head, or {@link Vote#NO_HEAD} or {@link Vote#BIAS}
     */
    public record Ballot(Hook hook, int head, Figure vote) {}

    /** Before a hook's name: the vote of what was added there, index [head, position, token, against]. */
    public static final String PART = "vote.part";

    /** Names of sums over one layer, and over all up to it: index [layer, position, token, against]. */
    public static final String LAYER = "vote.layer";

    public static final String VAT = "vote.vat";

    public static final String CONSTANT = "vote.constant";
    public static final String LOGIT = "vote.logit";

    public Assembly {
        votes = List.copyOf(votes);
    }

    /** What the parts of a layer vote together; the embeddings' where {@code layer} is -1. */
    public Figure added(int layer) {
        double sum = votes.stream()
                .filter(b -> b.hook().layer() == layer)
                .mapToDouble(b -> b.vote().value())
                .sum();
        return Figure.of(sum, LAYER, layer, choice.position(), choice.token(), choice.against());
    }

    /** What everything up to a layer votes together. */
    public Figure vat(int layer) {
        double sum = votes.stream()
                .filter(b -> b.hook().layer() <= layer)
                .mapToDouble(b -> b.vote().value())
                .sum();
        return Figure.of(sum, VAT, layer, choice.position(), choice.token(), choice.against());
    }

    /** What votes and constant add up to. */
    public double sum() {
        return constant.value()
                + votes.stream().mapToDouble(b -> b.vote().value()).sum();
    }

    public static Assembly of(Thought thought, Choice choice) {
        ModelConfig config = thought.config();
        double[] direction = choice.direction(thought);
        List<Ballot> votes = new ArrayList<>();
        part(thought, choice, direction, Hook.of(HookPoint.EMBED), votes);
        if (config.rotary().isEmpty()) {
            part(thought, choice, direction, Hook.of(HookPoint.POS_EMBED), votes);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            double heads = 0;
            for (Flask flask : Flask.ofLayer(thought, choice, layer)) {
                votes.add(new Ballot(new Hook(HookPoint.RESULT, layer), flask.head(), flask.vote()));
                heads += flask.vote().value();
            }
            Hook attention = new Hook(HookPoint.ATTN_OUT, layer);
            double all = dot(direction, thought, attention, choice.position());
            votes.add(new Ballot(attention, Vote.BIAS, figure(all - heads, attention, Vote.BIAS, choice)));
            part(thought, choice, direction, new Hook(HookPoint.MLP_OUT, layer), votes);
        }
        double constant = thought.end().constant(choice.token())
                - (choice.against() == Choice.NOTHING ? 0 : thought.end().constant(choice.against()));
        float[] logits = thought.logits(choice.position());
        double logit = logits[choice.token()] - (choice.against() == Choice.NOTHING ? 0 : logits[choice.against()]);
        return new Assembly(
                choice,
                votes,
                Figure.of(constant, CONSTANT, choice.token(), choice.against()),
                Figure.of(logit, LOGIT, choice.position(), choice.token(), choice.against()));
    }

    private static void part(Thought thought, Choice choice, double[] direction, Hook hook, List<Ballot> votes) {
        double vote = dot(direction, thought, hook, choice.position());
        votes.add(new Ballot(hook, Vote.NO_HEAD, figure(vote, hook, Vote.NO_HEAD, choice)));
    }

    private static Figure figure(double vote, Hook hook, int head, Choice choice) {
        return Figure.of(vote, PART + "." + hook.name(), head, choice.position(), choice.token(), choice.against());
    }

    private static double dot(double[] direction, Thought thought, Hook hook, int position) {
        float[] part = Thought.row(thought.recording(hook).at(hook), position, direction.length);
        double sum = 0;
        for (int i = 0; i < part.length; i++) {
            sum += part[i] * direction[i];
        }
        return sum;
    }
}
