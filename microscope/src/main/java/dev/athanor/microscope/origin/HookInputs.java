package dev.athanor.microscope.origin;

import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.List;

/** Which numbers a number at a hook is made of, as the forward pass goes. */
final class HookInputs {
    /** A number at a hook. */
    record Place(Hook hook, List<Integer> index) {}

    private final ModelConfig c;
    private final int length;
    private final List<Place> places = new ArrayList<>();

    private HookInputs(ModelConfig c, int length) {
        this.c = c;
        this.length = length;
    }

    static List<Place> of(Thought thought, Hook hook, List<Integer> index) {
        HookInputs inputs = new HookInputs(thought.config(), thought.length());
        inputs.add(hook, index);
        return inputs.places;
    }

    private void one(HookPoint point, int layer, Integer... index) {
        places.add(new Place(point.perLayer() ? new Hook(point, layer) : Hook.of(point), List.of(index)));
    }

    private void add(Hook hook, List<Integer> i) {
        int l = hook.layer();
        int position = i.get(1);
        switch (hook.point()) {
            case EMBED, POS_EMBED -> {}
            case RESID_PRE -> before(l, i);
            case RESID_MID -> {
                places.add(new Place(new Hook(HookPoint.RESID_PRE, l), i));
                places.add(new Place(new Hook(HookPoint.ATTN_OUT, l), i));
            }
            case RESID_POST -> {
                HookPoint from = c.parallelResidual() ? HookPoint.RESID_PRE : HookPoint.RESID_MID;
                places.add(new Place(new Hook(from, l), i));
                if (c.parallelResidual()) {
                    places.add(new Place(new Hook(HookPoint.ATTN_OUT, l), i));
                }
                places.add(new Place(new Hook(HookPoint.MLP_OUT, l), i));
            }
            case ATTN_OUT -> {
                for (int head = 0; head < c.heads(); head++) {
                    one(HookPoint.RESULT, l, 0, position, head, i.get(2));
                }
            }
            case RESULT -> row(HookPoint.Z, l, c.headSize(), 0, position, i.get(2));
            case Z -> mixture(l, i);
            case PATTERN -> row(HookPoint.ATTN_SCORES, l, length, 0, i.get(1), i.get(2));
            case ATTN_SCORES -> compared(l, i);
            case ROT_Q -> row(HookPoint.Q, l, c.headSize(), 0, position, i.get(2));
            case ROT_K -> row(HookPoint.K, l, c.headSize(), 0, position, i.get(2));
            case Q, K, V -> row(HookPoint.LN1_NORMALIZED, l, c.width(), 0, position);
            case LN1_NORMALIZED -> normalised(HookPoint.LN1_SCALE, new Hook(HookPoint.RESID_PRE, l), i);
            case LN2_NORMALIZED -> normalised(HookPoint.LN2_SCALE, read(l), i);
            case FINAL_NORMALIZED -> normalised(HookPoint.FINAL_SCALE, last(), i);
            case LN1_SCALE -> row(HookPoint.RESID_PRE, l, c.width(), 0, position);
            case LN2_SCALE -> row(read(l).point(), l, c.width(), 0, position);
            case FINAL_SCALE -> row(HookPoint.RESID_POST, c.layers() - 1, c.width(), 0, position);
            case MLP_PRE, MLP_PRE_LINEAR -> row(HookPoint.LN2_NORMALIZED, l, c.width(), 0, position);
            case MLP_POST -> {
                places.add(new Place(new Hook(HookPoint.MLP_PRE, l), i));
                if (c.activation().gated()) {
                    places.add(new Place(new Hook(HookPoint.MLP_PRE_LINEAR, l), i));
                }
            }
            case MLP_OUT -> row(HookPoint.MLP_POST, l, c.feedForwardWidth(), 0, position);
            case UNEMBED_IN -> places.add(new Place(Hook.of(HookPoint.FINAL_NORMALIZED), i));
            case UNEMBED_OUT -> row(HookPoint.UNEMBED_IN, Hook.NO_LAYER, c.width(), 0, position);
        }
    }

    private void before(int layer, List<Integer> i) {
        if (layer > 0) {
            places.add(new Place(new Hook(HookPoint.RESID_POST, layer - 1), i));
            return;
        }
        places.add(new Place(Hook.of(HookPoint.EMBED), i));
        if (c.rotary().isEmpty()) {
            places.add(new Place(Hook.of(HookPoint.POS_EMBED), i));
        }
    }

    /** What the feed-forward step reads. */
    private Hook read(int layer) {
        return new Hook(c.parallelResidual() ? HookPoint.RESID_PRE : HookPoint.RESID_MID, layer);
    }

    private Hook last() {
        return new Hook(HookPoint.RESID_POST, c.layers() - 1);
    }

    private void normalised(HookPoint scale, Hook from, List<Integer> i) {
        places.add(new Place(from, i));
        int layer = scale.perLayer() ? from.layer() : Hook.NO_LAYER;
        places.add(new Place(new Hook(scale, layer), List.of(0, i.get(1), 0)));
    }

    /** All numbers along the last dimension. */
    private void row(HookPoint point, int layer, int count, Integer... index) {
        for (int last = 0; last < count; last++) {
            List<Integer> whole = new ArrayList<>(List.of(index));
            whole.add(last);
            places.add(new Place(point.perLayer() ? new Hook(point, layer) : Hook.of(point), List.copyOf(whole)));
        }
    }

    private int shelf(int head) {
        return head / (c.heads() / c.kvHeads());
    }

    private void mixture(int l, List<Integer> i) {
        int head = i.get(2);
        for (int source = 0; source < length; source++) {
            one(HookPoint.PATTERN, l, 0, head, i.get(1), source);
            one(HookPoint.V, l, 0, source, shelf(head), i.get(3));
        }
    }

    private void compared(int l, List<Integer> i) {
        boolean rotary = c.rotary().isPresent();
        int head = i.get(1);
        for (int e = 0; e < c.headSize(); e++) {
            one(rotary ? HookPoint.ROT_Q : HookPoint.Q, l, 0, i.get(2), head, e);
            one(rotary ? HookPoint.ROT_K : HookPoint.K, l, 0, i.get(3), shelf(head), e);
        }
    }
}
