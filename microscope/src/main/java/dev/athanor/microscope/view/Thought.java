package dev.athanor.microscope.view;

import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Recording;
import dev.athanor.microscope.Unembedding;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of a model over a text, kept so that it can be asked. What is as long as the text is kept; what grows with
 * its square, with the heads or with the neurons is computed again, a layer at a time, when it is asked for.
 *
 * <p>Its model serves one caller at a time, and so does a thought.
 */
public final class Thought {
    /** Layers whose details are kept at once: a person looks at one or two, and a patch compares neighbours. */
    private static final int KEPT_LAYERS = 4;

    private final Microscope microscope;
    private final int[] tokens;
    private final List<Edit> edits;
    private final Switches switches;
    private final Recording stream;
    private final Unembedding end;
    private final Map<Integer, Recording> details = new LinkedHashMap<>(8, 0.75f, true);

    /**
     * @param edits changes of the pass, made again whenever a layer is computed again
     * @throws IllegalArgumentException when the tokens do not fit the model, or an edit does not
     */
    public Thought(Microscope microscope, int[] tokens, List<Edit> edits) {
        this(microscope, tokens, edits, Switches.ON);
    }

    /** As {@link #Thought(Microscope, int[], List)}, with parts of the pass turned off. */
    public Thought(Microscope microscope, int[] tokens, List<Edit> edits, Switches switches) {
        this.microscope = microscope;
        this.tokens = tokens.clone();
        this.edits = List.copyOf(edits);
        this.switches = switches;
        this.end = new Unembedding(microscope.model().parameters());
        this.stream = microscope.record(tokens, hook -> !detail(hook.point()), edits, switches);
    }

    /** Also what the fused kernels never write down, so that the logits shown are to the bit those of generation. */
    private static boolean detail(HookPoint point) {
        return switch (point) {
            case ATTN_SCORES,
                    PATTERN,
                    RESULT,
                    LN1_SCALE,
                    LN1_NORMALIZED,
                    LN2_SCALE,
                    LN2_NORMALIZED,
                    FINAL_SCALE,
                    FINAL_NORMALIZED,
                    MLP_PRE,
                    MLP_PRE_LINEAR,
                    MLP_POST,
                    UNEMBED_OUT -> true;
            default -> false;
        };
    }

    public ModelConfig config() {
        return microscope.model().config();
    }

    public Microscope microscope() {
        return microscope;
    }

    public Unembedding end() {
        return end;
    }

    public int[] tokens() {
        return tokens.clone();
    }

    /** Words in the text, counted as tokens. */
    public int length() {
        return tokens.length;
    }

    public List<Edit> edits() {
        return edits;
    }

    public Switches switches() {
        return switches;
    }

    /** The same text through the same model, with other changes. */
    public Thought with(List<Edit> others, Switches otherSwitches) {
        return new Thought(microscope, tokens, others, otherSwitches);
    }

    /** What is kept of the whole pass: everything that is as long as the text. */
    public Recording stream() {
        return stream;
    }

    /** The recording that has {@code hook}; the layer's details are computed now if they are not at hand. */
    public Recording recording(Hook hook) {
        if (!detail(hook.point())) {
            return stream;
        }
        Recording found = details.get(hook.layer());
        if (found == null) {
            found = microscope.record(tokens, h -> detail(h.point()) && h.layer() == hook.layer(), edits, switches);
            details.put(hook.layer(), found);
            if (details.size() > KEPT_LAYERS) {
                details.remove(details.keySet().iterator().next());
            }
        }
        return found;
    }

    /** All numbers at a hook, a copy. */
    public Tensor at(HookPoint point, int layer) {
        Hook hook = new Hook(point, layer);
        return recording(hook).at(hook);
    }

    /** The state [d] of the last layer at a word, before the last norm. */
    public float[] lastState(int position) {
        return row(at(HookPoint.RESID_POST, config().layers() - 1), position, config().width());
    }

    /** Logits [V] for what comes after a word. */
    public float[] logits(int position) {
        return row(stream.logits(), position, config().vocabularySize());
    }

    /** Numbers {@code width * index} and on of a tensor. */
    public static float[] row(Tensor tensor, int index, int width) {
        float[] row = new float[width];
        System.arraycopy(tensor.data(), tensor.offset() + index * width, row, 0, width);
        return row;
    }
}
