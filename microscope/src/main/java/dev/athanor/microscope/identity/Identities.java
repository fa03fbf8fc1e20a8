package dev.athanor.microscope.identity;

import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.experiment.Intervention.Ablate;
import dev.athanor.microscope.experiment.Intervention.Head;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Interventions;
import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Switches;
import java.util.ArrayList;
import java.util.List;

/**
 * I1 to I12, measured for a run. Those that need the model written differently (I8 to I10) are measured where a second
 * copy of it is small.
 *
 * <p>Tolerances: a sum of n numbers of size up to m in F32 is off by about n m 2⁻²⁴ at worst; 1e-5 times the largest
 * number of the two sides, at least 1, covers hundreds of terms. Where two sides must be the same bits it is 0.
 */
public final class Identities {
    static final double SUMS = 1e-5;

    /** Models beyond this many parameters are not copied for I8 to I10. */
    private static final long SMALL = 20_000_000;

    private final Thought thought;
    private final Reference reference;
    private final Compute compute;
    private final List<Identity> list = new ArrayList<>();

    private Identities(Thought thought, Reference reference, Compute compute) {
        this.thought = thought;
        this.reference = reference;
        this.compute = compute;
    }

    /** @param compute of the model, which a rewritten copy uses */
    public static List<Identity> of(Thought thought, Reference reference, Compute compute) {
        Identities all = new Identities(thought, reference, compute);
        PartSums sums = PartSums.of(thought);
        all.measured("I1", "shares of every flask add up to one, and none is poured from later words", sums.shares());
        all.measured("I2", "a score is its products added up", sums.scores());
        all.measured("I3", "the heads' results and their bias are what attention adds", sums.heads());
        all.measured("I4", "the neurons' products and their bias are what the feed-forward step adds", sums.neurons());
        all.measured("I5", "embedding and everything added is the last state", sums.stream());
        all.votes();
        all.folded();
        all.causes();
        all.cached();
        return List.copyOf(all.list);
    }

    private void measured(String id, String sentence, double error) {
        list.add(new Identity(id, sentence, error, SUMS, true));
    }

    /** I6 and I7 at the last word. */
    private void votes() {
        int last = thought.length() - 1;
        Choice choice = new Choice(last, Choice.first(thought, last).token(), Choice.NOTHING);
        Assembly assembly = Assembly.of(thought, choice);
        double size = Math.max(1, largest(thought.logits(last)));
        double error = Math.abs(assembly.sum() - assembly.logit().value()) / size;
        measured("I6", "all votes and the constant add up to the logit", error);
        double[] lens = thought.end().lens(thought.lastState(last));
        float[] logits = thought.logits(last);
        double worst = 0;
        for (int token = 0; token < lens.length; token++) {
            worst = Math.max(worst, Math.abs(lens[token] - logits[token]));
        }
        measured("I7", "the lens behind the last layer reads the logits", worst / size);
    }

    private void folded() {
        Transformer model = thought.microscope().model();
        String same = "norms and value biases moved into the matrices change no logit";
        String zero = Folded.movesValueBias(model.config())
                ? "a head set to zero means something else in the rewritten model, so that zero says little"
                : "a head set to zero means the same in the rewritten model, where values have no bias to move";
        String mean = "a head set to its mean means the same in the rewritten model";
        boolean plain = thought.edits().isEmpty() && thought.switches().equals(Switches.ON);
        if (!plain || model.parameters().count() > SMALL) {
            for (String[] each : new String[][] {{"I8", same}, {"I9", zero}, {"I10", mean}}) {
                list.add(new Identity(each[0], each[1], 0, SUMS, false));
            }
            return;
        }
        Microscope other = new Microscope(new Transformer(Folded.of(model.parameters()), compute));
        Thought rewritten = new Thought(other, thought.tokens(), List.of());
        double size = Math.max(1, largest(thought.logits(thought.length() - 1)));
        measured("I8", same, apart(thought, rewritten) / size);
        Reference again = reference.through(other);
        double zeros = ablated(rewritten, again, How.ZERO);
        boolean moved = Folded.movesValueBias(model.config());
        // Without a bias of values nothing moves between heads, and zero means the same.
        list.add(new Identity("I9", zero, moved ? 0 : zeros / size, SUMS, !moved || zeros > 0));
        measured("I10", mean, ablated(rewritten, again, How.MEAN) / size);
    }

    /** How far the two models' logits are apart when head 0 of layer 0 is taken out of both. */
    private double ablated(Thought rewritten, Reference again, How how) {
        List<Ablate> out = List.of(new Ablate(new Head(0, 0), how, List.of()));
        Thought a = Interventions.apply(thought, List.copyOf(out), reference);
        Thought b = Interventions.apply(rewritten, List.copyOf(out), again);
        return apart(a, b);
    }

    private static double apart(Thought a, Thought b) {
        double worst = 0;
        for (int position = 0; position < a.length(); position++) {
            float[] x = a.logits(position);
            float[] y = b.logits(position);
            for (int token = 0; token < x.length; token++) {
                worst = Math.max(worst, Math.abs(x[token] - y[token]));
            }
        }
        return worst;
    }

    /** I11: bits. */
    private void causes() {
        String sentence = "another last word changes no bit before it";
        boolean plain = thought.edits().isEmpty() && thought.switches().equals(Switches.ON);
        if (thought.length() < 2 || !plain) {
            list.add(new Identity("I11", sentence, 0, 0, false));
            return;
        }
        int[] tokens = thought.tokens();
        int last = tokens.length - 1;
        tokens[last] = (tokens[last] + 1) % thought.config().vocabularySize();
        Thought changed = new Thought(thought.microscope(), tokens, List.of());
        double worst = 0;
        for (int position = 0; position < last; position++) {
            float[] x = thought.logits(position);
            float[] y = changed.logits(position);
            for (int token = 0; token < x.length; token++) {
                worst = Math.max(worst, Math.abs(x[token] - y[token]));
            }
        }
        list.add(new Identity("I11", sentence, worst, 0, true));
    }

    /** I12: word by word through the cache, as when the model speaks. */
    private void cached() {
        String sentence = "read word by word through the cache it answers the same";
        boolean plain = thought.edits().isEmpty() && thought.switches().equals(Switches.ON);
        if (!plain) {
            list.add(new Identity("I12", sentence, 0, SUMS, false));
            return;
        }
        Transformer model = thought.microscope().model();
        KvCache cache = model.newCache(thought.length());
        double worst = 0;
        double size = 1;
        for (int position = 0; position < thought.length(); position++) {
            float[] found = model.nextLogits(new int[] {thought.tokens()[position]}, cache)
                    .toArray();
            float[] expected = thought.logits(position);
            size = Math.max(size, largest(expected));
            for (int token = 0; token < found.length; token++) {
                worst = Math.max(worst, Math.abs(found[token] - expected[token]));
            }
        }
        measured("I12", sentence, worst / size);
    }

    static double largest(float[] numbers) {
        double largest = 0;
        for (float x : numbers) {
            largest = Math.max(largest, Math.abs(x));
        }
        return largest;
    }
}
