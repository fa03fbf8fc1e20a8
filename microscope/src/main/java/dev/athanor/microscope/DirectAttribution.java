package dev.athanor.microscope;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Direct logit attribution: how much each part that was added to the residual stream votes for a token, with the last
 * norm's scale frozen at what it was in the run. The votes and the constant add up to the logit.
 */
public final class DirectAttribution {
    /** The hooks a recording needs for it. */
    public static final Predicate<Hook> HOOKS = hook -> switch (hook.point()) {
        case EMBED, POS_EMBED, RESULT, ATTN_OUT, MLP_OUT, RESID_POST -> true;
        default -> false;
    };

    private DirectAttribution() {}

    /**
     * A part's vote.
     *
     * @param hook where the part was recorded
     * @param head its head, or -1 where the part has none; the bias of attention, which belongs to no head, has head -2
     */
    public record Vote(Hook hook, int head, double logit) {
        public static final int NO_HEAD = -1;
        public static final int BIAS = -2;
    }

    /** Votes for {@code token} after position {@code position}, in the order of the pass. */
    public static List<Vote> of(Recording run, ModelConfig config, Unembedding end, int position, int token) {
        int d = config.width();
        float[] state = row(run.at(HookPoint.RESID_POST, config.layers() - 1), position, d);
        double scale = end.scale(state);
        List<Vote> votes = new ArrayList<>();
        for (HookPoint point : List.of(HookPoint.EMBED, HookPoint.POS_EMBED)) {
            Hook hook = Hook.of(point);
            if (run.hooks().contains(hook)) {
                votes.add(new Vote(hook, Vote.NO_HEAD, end.vote(row(run.at(hook), position, d), scale, token)));
            }
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            heads(run, config, end, position, token, scale, layer, votes);
            Hook mlp = new Hook(HookPoint.MLP_OUT, layer);
            votes.add(new Vote(mlp, Vote.NO_HEAD, end.vote(row(run.at(mlp), position, d), scale, token)));
        }
        return List.copyOf(votes);
    }

    private static void heads(
            Recording run,
            ModelConfig config,
            Unembedding end,
            int position,
            int token,
            double scale,
            int layer,
            List<Vote> votes) {
        int d = config.width();
        Hook result = new Hook(HookPoint.RESULT, layer);
        Tensor results = run.at(result); // [1, T, h, d]
        float[] rest = row(run.at(HookPoint.ATTN_OUT, layer), position, d);
        for (int head = 0; head < config.heads(); head++) {
            float[] part = row(results, position * config.heads() + head, d);
            for (int i = 0; i < d; i++) {
                rest[i] -= part[i];
            }
            votes.add(new Vote(result, head, end.vote(part, scale, token)));
        }
        votes.add(new Vote(result, Vote.BIAS, end.vote(rest, scale, token)));
    }

    private static float[] row(Tensor tensor, int row, int width) {
        float[] out = new float[width];
        System.arraycopy(tensor.data(), tensor.offset() + row * width, out, 0, width);
        return out;
    }
}
