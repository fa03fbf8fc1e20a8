package dev.athanor.microscope.origin;

import dev.athanor.microscope.DirectAttribution.Vote;
import dev.athanor.microscope.attribution.Attribution;
import dev.athanor.microscope.attribution.Method;
import dev.athanor.microscope.experiment.HeadEffects;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.score.HeadScores;
import dev.athanor.microscope.text.Phrases;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Chemistry;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.LensGrid;
import dev.athanor.microscope.view.Match;
import dev.athanor.microscope.view.NearestWords;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Norms;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Asks a run for a number again, by the name and index of its figure. */
public final class Origins {
    /** Inputs that are listed; a person reads no more. */
    public static final int INPUTS = 24;

    private static final Phrases PHRASES = new Phrases("/dev/athanor/microscope/origin/origins.properties");

    private final Thought thought;
    private final Reference reference;

    public Origins(Thought thought, Reference reference) {
        this.thought = thought;
        this.reference = reference;
    }

    /** A number and the figures it is made of. */
    private record Made(double value, List<Figure> inputs, String phrase) {}

    /** @throws IllegalArgumentException when there is no such name, or the index is not within its numbers */
    public Origin of(String name, List<Integer> index) {
        Made made = made(name, index);
        List<Figure> inputs = made.inputs;
        return new Origin(
                new Figure(name, index, made.value),
                phrase(made.phrase, "story"),
                phrase(made.phrase, "mathematics"),
                code(name, index),
                inputs.subList(0, Math.min(INPUTS, inputs.size())),
                inputs.size());
    }

    private static String phrase(String key, String register) {
        return PHRASES.get(key + "." + register);
    }

    private static String code(String name, List<Integer> index) {
        return name + index.toString().replace(" ", "");
    }

    private Made made(String name, List<Integer> i) {
        return switch (name) {
            case NextWords.PROBABILITY, NextWords.LOGIT, NextWords.ENTROPY -> next(name, i);
            case Assembly.LOGIT -> assembly(i, 0, Assembly.LOGIT);
            case Assembly.CONSTANT -> constant(i);
            case Assembly.LAYER, Assembly.VAT -> layer(name, i);
            case Flask.HEAD, Flask.POUR -> flask(name, i);
            case Chemistry.NEURON, Chemistry.NEURONS -> chemistry(name, i);
            case LensGrid.PROBABILITY, LensGrid.ENTROPY -> lens(name, i);
            case Norms.NORM -> norm(i);
            case Match.PRODUCT -> product(i);
            case HeadEffects.TOTAL, HeadEffects.RESAMPLE -> effect(name, i);
            case NearestWords.SIMILARITY -> similarity(i);
            default -> prefixed(name, i);
        };
    }

    private Made prefixed(String name, List<Integer> i) {
        if (name.startsWith(Assembly.PART + ".")) {
            return part(name.substring(Assembly.PART.length() + 1), i);
        }
        if (name.startsWith(Match.PAIR)) {
            return pair(name, i);
        }
        if (name.startsWith(Attribution.NAME)) {
            return attribution(name, i);
        }
        if (name.startsWith(HeadScores.SCORE)) {
            return score(name, i);
        }
        Hook hook = Hook.parse(name, thought.config().layers());
        int[] index = i.stream().mapToInt(Integer::intValue).toArray();
        double value = thought.recording(hook).number(hook, index);
        return new Made(
                value, figures(HookInputs.of(thought, hook, i)), hook.point().name());
    }

    private List<Figure> figures(List<HookInputs.Place> places) {
        List<Figure> figures = new ArrayList<>();
        for (HookInputs.Place place : places) {
            // Only those that are shown are read: layers' details are computed when they are asked for.
            double value = figures.size() < INPUTS
                    ? thought.recording(place.hook())
                            .number(
                                    place.hook(),
                                    place.index().stream()
                                            .mapToInt(Integer::intValue)
                                            .toArray())
                    : Double.NaN;
            figures.add(new Figure(place.hook().name(), place.index(), value));
        }
        return figures;
    }

    private Made next(String name, List<Integer> i) {
        require(name, i, name.equals(NextWords.ENTROPY) ? 1 : 2);
        int position = within("word", i.get(0), thought.length());
        if (name.equals(NextWords.ENTROPY)) {
            NextWords words = NextWords.of(thought, position, INPUTS);
            List<Figure> inputs =
                    words.rows().stream().map(NextWords.Row::probability).toList();
            return new Made(words.entropy().value(), inputs, name);
        }
        int token = within("token", i.get(1), thought.config().vocabularySize());
        NextWords.Row row = NextWords.row(thought, position, token);
        if (name.equals(NextWords.PROBABILITY)) {
            return new Made(row.probability().value(), List.of(row.logit()), name);
        }
        List<Figure> parts = assembly(List.of(position, token, Choice.NOTHING), 0, name).inputs;
        return new Made(row.logit().value(), parts, name);
    }

    private Choice choice(List<Integer> i, int from) {
        int v = thought.config().vocabularySize();
        int position = within("word", i.get(from), thought.length());
        int token = within("token", i.get(from + 1), v);
        int against = i.get(from + 2) == Choice.NOTHING ? Choice.NOTHING : within("token", i.get(from + 2), v);
        return new Choice(position, token, against);
    }

    private Made assembly(List<Integer> i, int from, String phrase) {
        require(phrase, i, 3);
        Assembly assembly = Assembly.of(thought, choice(i, from));
        List<Figure> inputs = new ArrayList<>();
        assembly.votes().forEach(b -> inputs.add(b.vote()));
        inputs.add(assembly.constant());
        return new Made(assembly.logit().value(), inputs, phrase);
    }

    private Made constant(List<Integer> i) {
        require(Assembly.CONSTANT, i, 2);
        Choice choice = choice(List.of(0, i.get(0), i.get(1)), 0);
        return new Made(Assembly.of(thought, choice).constant().value(), List.of(), Assembly.CONSTANT);
    }

    private Made layer(String name, List<Integer> i) {
        require(name, i, 4);
        int layer = within("layer", i.getFirst() + 1, thought.config().layers() + 1) - 1;
        Assembly assembly = Assembly.of(thought, choice(i, 1));
        boolean one = name.equals(Assembly.LAYER);
        List<Figure> inputs = assembly.votes().stream()
                .filter(b -> one ? b.hook().layer() == layer : b.hook().layer() <= layer)
                .map(Assembly.Ballot::vote)
                .toList();
        return new Made((one ? assembly.added(layer) : assembly.vat(layer)).value(), inputs, name);
    }

    private Made part(String hookName, List<Integer> i) {
        require(Assembly.PART + "." + hookName, i, 4);
        Hook hook = Hook.parse(hookName, thought.config().layers());
        Choice choice = choice(i, 1);
        for (Assembly.Ballot ballot : Assembly.of(thought, choice).votes()) {
            if (ballot.hook().equals(hook) && ballot.head() == i.getFirst()) {
                List<HookInputs.Place> row = new ArrayList<>();
                for (int d = 0; d < thought.config().width(); d++) {
                    row.add(new HookInputs.Place(hook, List.of(0, choice.position(), d)));
                }
                String phrase = i.getFirst() == Vote.BIAS ? "vote.bias" : Assembly.PART;
                return new Made(ballot.vote().value(), figures(row), phrase);
            }
        }
        throw new IllegalArgumentException("figure: expected a part that joins the residual stream, found " + hookName);
    }

    private Made flask(String name, List<Integer> i) {
        require(name, i, name.equals(Flask.HEAD) ? 5 : 6);
        ModelConfig c = thought.config();
        int layer = within("layer", i.get(0), c.layers());
        int head = within("head", i.get(1), c.heads());
        boolean whole = name.equals(Flask.HEAD);
        Choice choice = choice(whole ? i.subList(2, 5) : List.of(i.get(2), i.get(4), i.get(5)), 0);
        Flask flask = Flask.ofLayer(thought, choice, layer).get(head);
        if (whole) {
            return new Made(
                    flask.vote().value(),
                    flask.pours().stream().map(Flask.Pour::vote).toList(),
                    name);
        }
        Flask.Pour pour = flask.pours().get(within("word", i.get(3), thought.length()));
        List<Figure> inputs = new ArrayList<>(List.of(pour.share()));
        int shelf = head / (c.heads() / c.kvHeads());
        List<HookInputs.Place> potion = new ArrayList<>();
        for (int e = 0; e < c.headSize(); e++) {
            potion.add(new HookInputs.Place(new Hook(HookPoint.V, layer), List.of(0, pour.source(), shelf, e)));
        }
        inputs.addAll(figures(potion));
        return new Made(pour.vote().value(), inputs, name);
    }

    private Made chemistry(String name, List<Integer> i) {
        boolean one = name.equals(Chemistry.NEURON);
        require(name, i, one ? 5 : 4);
        ModelConfig c = thought.config();
        int layer = within("layer", i.get(0), c.layers());
        Choice choice = choice(one ? List.of(i.get(1), i.get(3), i.get(4)) : i.subList(1, 4), 0);
        Chemistry all = Chemistry.of(thought, choice, layer, c.feedForwardWidth());
        List<Chemistry.Neuron> neurons = new ArrayList<>(all.up());
        neurons.addAll(all.down());
        if (!one) {
            return new Made(
                    all.neurons().value(),
                    neurons.stream().map(Chemistry.Neuron::vote).toList(),
                    name);
        }
        int wanted = within("neuron", i.get(2), c.feedForwardWidth());
        return neurons.stream()
                .filter(n -> n.index() == wanted)
                .findFirst()
                .map(n -> new Made(n.vote().value(), List.of(n.strength()), name))
                .orElse(new Made(0, List.of(), name));
    }

    private Made lens(String name, List<Integer> i) {
        boolean share = name.equals(LensGrid.PROBABILITY);
        require(name, i, share ? 3 : 2);
        int state = within("state", i.get(0), thought.config().layers() + 1);
        int position = within("word", i.get(1), thought.length());
        double value = share
                ? LensGrid.probability(
                        thought,
                        state,
                        position,
                        within("token", i.get(2), thought.config().vocabularySize()))
                : LensGrid.entropy(thought, state, position);
        return new Made(value, state(state, position), name);
    }

    /** The numbers of a state. */
    private List<Figure> state(int state, int position) {
        int layers = thought.config().layers();
        Hook hook = state == layers ? new Hook(HookPoint.RESID_POST, layers - 1) : new Hook(HookPoint.RESID_PRE, state);
        List<HookInputs.Place> row = new ArrayList<>();
        for (int d = 0; d < thought.config().width(); d++) {
            row.add(new HookInputs.Place(hook, List.of(0, position, d)));
        }
        return figures(row);
    }

    private Made norm(List<Integer> i) {
        require(Norms.NORM, i, 2);
        int state = within("state", i.get(0), thought.config().layers() + 1);
        int position = within("word", i.get(1), thought.length());
        double value = Norms.of(thought).rows().get(state).get(position).value();
        return new Made(value, state(state, position), Norms.NORM);
    }

    private Match match(List<Integer> i) {
        ModelConfig c = thought.config();
        return Match.of(
                thought,
                within("layer", i.get(0), c.layers()),
                within("head", i.get(1), c.heads()),
                within("word", i.get(2), thought.length()),
                within("word", i.get(3), thought.length()));
    }

    private Made product(List<Integer> i) {
        require(Match.PRODUCT, i, 5);
        int e = within("number of the head", i.get(4), thought.config().headSize());
        Hook scores = new Hook(HookPoint.ATTN_SCORES, i.getFirst());
        List<HookInputs.Place> pair = HookInputs.of(thought, scores, List.of(0, i.get(1), i.get(2), i.get(3)));
        return new Made(match(i).products().get(e).value(), figures(pair.subList(2 * e, 2 * e + 2)), Match.PRODUCT);
    }

    private Made pair(String name, List<Integer> i) {
        require(name, i, 4);
        return match(i).pairs().stream()
                .filter(p -> p.score().name().equals(name))
                .findFirst()
                .map(p -> new Made(p.score().value(), List.of(), "match.pair"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "figure: expected the names of two parts that come before the layer, found " + name));
    }

    private Made score(String name, List<Integer> i) {
        require(name, i, 2);
        int layer = within("layer", i.get(0), thought.config().layers());
        int head = within("head", i.get(1), thought.config().heads());
        HeadScores.Row row = HeadScores.of(thought.microscope(), HeadScores.SEED)
                .heads()
                .get(layer * thought.config().heads() + head);
        return List.of(row.induction(), row.previous(), row.duplicate(), row.first()).stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .map(f -> new Made(f.value(), List.of(), name))
                .orElseThrow(() -> new IllegalArgumentException(
                        "figure: expected score.induction, score.previous, score.duplicate or score.first, found "
                                + name));
    }

    private Made attribution(String name, List<Integer> i) {
        require(name, i, 4);
        Choice choice = choice(i, 0);
        int word = within("word", i.get(3), choice.position() + 1);
        Method method = Method.named(name.substring(Attribution.NAME.length()));
        Attribution all = Attribution.of(thought, choice, method);
        return new Made(all.words().get(word).value(), List.of(), name);
    }

    private Made effect(String name, List<Integer> i) {
        require(name, i, 5);
        int layer = within("layer", i.get(0), thought.config().layers());
        int head = within("head", i.get(1), thought.config().heads());
        Choice choice = choice(i, 2);
        How how = name.equals(HeadEffects.TOTAL) ? How.MEAN : How.RESAMPLE;
        double value = HeadEffects.effect(thought, choice, layer, head, how, reference);
        List<Integer> decision = List.of(choice.position(), choice.token(), choice.against());
        return new Made(value, List.of(assemblyFigure(decision)), name);
    }

    private Figure assemblyFigure(List<Integer> decision) {
        return new Figure(Assembly.LOGIT, decision, assembly(decision, 0, Assembly.LOGIT).value);
    }

    private Made similarity(List<Integer> i) {
        require(NearestWords.SIMILARITY, i, 3);
        int state = within("state", i.get(0), thought.config().layers() + 1);
        int position = within("word", i.get(1), thought.length());
        int token = within("token", i.get(2), thought.config().vocabularySize());
        double value = NearestWords.similarity(thought, state, position, token);
        return new Made(value, state(state, position), NearestWords.SIMILARITY);
    }

    private static void require(String name, List<Integer> index, int count) {
        if (index.size() != count) {
            throw new IllegalArgumentException(
                    name + ": expected an index of " + count + " numbers, found " + Arrays.toString(index.toArray()));
        }
    }

    private static int within(String what, int found, int count) {
        if (found < 0 || found >= count) {
            throw new IllegalArgumentException(what + ": expected one from 0 to " + (count - 1) + ", found " + found);
        }
        return found;
    }
}
