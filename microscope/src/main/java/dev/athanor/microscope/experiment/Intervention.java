package dev.athanor.microscope.experiment;

import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** One change a person makes to a forward pass. {@link Interventions} turns a list of them into edits of hooks. */
public sealed interface Intervention {
    /** A part of the model that can be taken out. */
    sealed interface Part {
        int layer();
    }

    /** One head of attention. */
    record Head(int layer, int head) implements Part {}

    /** All heads of a layer and their bias. */
    record AllHeads(int layer) implements Part {}

    /** A layer's whole feed-forward step. */
    record Chemistry(int layer) implements Part {}

    /** One neuron of a feed-forward step. */
    record Neuron(int layer, int neuron) implements Part {}

    /** Everything a layer adds. */
    record Layer(int layer) implements Part {}

    /** What takes the place of a part that is taken out. */
    enum How {
        /** What it adds on average over other texts. */
        MEAN,
        /** What it added in another text. */
        RESAMPLE,
        /** Nothing; a state no text ever leads to, so that the effect may say little. */
        ZERO
    }

    /** Query, key or value. */
    enum Tag {
        QUERY,
        KEY,
        VALUE
    }

    /**
     * Takes a part out.
     *
     * @param positions of the words where; all of them when empty
     */
    record Ablate(Part part, How how, List<Integer> positions) implements Intervention {
        public Ablate {
            positions = List.copyOf(positions);
        }
    }

    /**
     * Replaces what a hook has at a word by what it has at a word of another run.
     *
     * @param head only this head, at a hook of heads
     */
    record Patch(Hook hook, Thought from, int position, int fromPosition, OptionalInt head) implements Intervention {}

    /**
     * Lets a word wear the query, key or value of another word, before positions are mixed in. Keys and values that
     * several heads share change for all of them.
     */
    record Swap(Tag tag, int layer, int head, int position, Thought from, int fromPosition) implements Intervention {}

    /** Fills a head's flask in other shares. */
    record Pour(int layer, int head, int position, List<Double> shares) implements Intervention {
        public Pour {
            shares = List.copyOf(shares);
        }
    }

    /** The causal mask: off lets every word see the words after it. */
    record Mask(boolean on) implements Intervention {}

    /** Positions: off takes from the model what it knows of the order of words, but for the mask. */
    record Positions(boolean on) implements Intervention {}

    /**
     * Adds a direction.
     *
     * @param positions of the words where; all of them when empty
     * @param plus the state whose direction is added
     * @param minus the state it is taken from; none for the origin
     */
    record Steer(Hook hook, List<Integer> positions, Spot plus, Optional<Spot> minus, double times)
            implements Intervention {
        public Steer {
            positions = List.copyOf(positions);
        }
    }

    /** A word of a run. */
    record Spot(Thought run, int position) {}
}
