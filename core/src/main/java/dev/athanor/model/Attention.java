package dev.athanor.model;

import dev.athanor.kernel.FlashAttention.Layout;
import dev.athanor.kernel.HeadRows;
import dev.athanor.kernel.HeadView;
import dev.athanor.kernel.RotaryTable;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.op.Attend;
import dev.athanor.op.HeadResults;
import dev.athanor.op.Heads;
import dev.athanor.op.Normalise;
import dev.athanor.op.OpenAttend;
import dev.athanor.op.Rotate;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention of one layer, for every family, in training, generation and inspection.
 *
 * <p>Every word brings three things: a query (what it looks for), a key (what it offers to be found by) and a value
 * (what it gives). A word's query is compared with the keys of the words up to itself; softmax turns the scores into
 * shares that add up to one; the word receives the values in those shares.
 */
final class Attention {
    private final ModelConfig config;
    private final int layer;
    private final Weights weights;
    private final Optional<RotaryTable> rotary;

    Attention(ModelConfig config, int layer, Weights weights, Optional<RotaryTable> rotary) {
        this.config = config;
        this.layer = layer;
        this.weights = weights;
        this.rotary = rotary;
    }

    /** Queries, keys and values of all heads, by whichever matrices the family stores. */
    private record Qkv(Heads q, Heads k, Heads v) {}

    /**
     * @param x normalised residual stream [batch * length, d]
     * @param run batch, length and cache of this forward pass
     * @return what attention adds to the residual stream [batch * length, d]
     */
    Value forward(Tape tape, Value x, Run run) {
        Qkv qkv = config.layout().fusedQkv() ? fused(tape, x) : separate(tape, x);
        Heads q = qkv.q;
        Heads k = qkv.k;
        run.visit(HookPoint.Q, layer, q, config.heads(), config.headSize());
        run.visit(HookPoint.K, layer, k, config.kvHeads(), config.headSize());
        run.visit(HookPoint.V, layer, qkv.v, config.kvHeads(), config.headSize());
        if (config.qkNorm()) {
            q = normalised(tape, q, Role.QUERY_NORM_WEIGHT);
            k = normalised(tape, k, Role.KEY_NORM_WEIGHT);
        }
        if (rotary.isPresent()) {
            if (run.switches().positions()) {
                Rotate.apply(tape, q, config.heads(), run.places(), rotary.get());
                Rotate.apply(tape, k, config.kvHeads(), run.places(), rotary.get());
            }
            run.visit(HookPoint.ROT_Q, layer, q, config.heads(), config.headSize());
            run.visit(HookPoint.ROT_K, layer, k, config.kvHeads(), config.headSize());
        }
        Value z = attend(tape, q, k, qkv.v, run); // [batch * length, heads * headSize]
        run.visit(HookPoint.Z, layer, Heads.separate(z, config.headSize()), config.heads(), config.headSize());
        return output(tape, z, run);
    }

    private Value output(Tape tape, Value z, Run run) {
        boolean inputMajor = config.layout().inputMajor();
        if (!run.wants(HookPoint.RESULT, layer)) {
            return Projection.apply(
                    tape,
                    z,
                    weights,
                    Role.ATTENTION_OUTPUT_WEIGHT,
                    Optional.of(Role.ATTENTION_OUTPUT_BIAS),
                    layer,
                    inputMajor);
        }
        return HeadResults.apply(
                tape,
                z,
                config.headSize(),
                weights.get(Role.ATTENTION_OUTPUT_WEIGHT, layer),
                weights.find(Role.ATTENTION_OUTPUT_BIAS, layer),
                inputMajor,
                results -> run.visit(
                        HookPoint.RESULT, layer, results, run.batch(), run.length(), config.heads(), config.width()));
    }

    private Value attend(Tape tape, Heads q, Heads k, Heads v, Run run) {
        boolean causal = run.switches().causal();
        if (!causal || run.wants(HookPoint.ATTN_SCORES, layer) || run.wants(HookPoint.PATTERN, layer)) {
            int length = run.length();
            int[] shape = {run.batch(), config.heads(), length, length};
            return OpenAttend.apply(
                    tape,
                    causal ? layout(run.batch(), length, length, 0) : unmasked(run.batch(), length),
                    q.data(),
                    k.data(),
                    v.data(),
                    scores -> run.visit(HookPoint.ATTN_SCORES, layer, scores, shape),
                    shares -> run.visit(HookPoint.PATTERN, layer, shares, shape));
        }
        if (run.turn().isPresent()) {
            return attendNext(tape, q, k, v, run.turn().get());
        }
        if (run.caches().isEmpty()) {
            return Attend.apply(tape, layout(run.batch(), run.length(), run.length(), 0), q, k, v);
        }
        if (run.batch() > 1) {
            return attendEach(tape, q, k, v, run);
        }
        KvCache cache = run.caches().getFirst();
        cache.store(layer, 0, run.length(), k.data(), v.data());
        Layout layout = layout(1, run.length(), cache.held() + run.length(), cache.held());
        return Attend.cached(tape, layout, q, cache.keys(layer), cache.values(layer));
    }

    /** The word of a turn, with the keys and values of its text up to itself. */
    private Value attendNext(Tape tape, Heads q, Heads k, Heads v, Turn turn) {
        HeadView newKey = k.data();
        HeadView newValue = v.data();
        tape.compute().workers().step(() -> turn.cache().store(layer, 0, 1, newKey, newValue));
        return Attend.next(tape, layout(1, 1, 1, 0), q, new Attend.Past() {
            @Override
            public int keyCount() {
                return turn.cache().held() + 1;
            }

            @Override
            public HeadRows keys() {
                return turn.cache().keys(layer);
            }

            @Override
            public HeadRows values() {
                return turn.cache().values(layer);
            }
        });
    }

    /** One new word of every text, or several, each with the keys and values of its text up to itself. */
    private Value attendEach(Tape tape, Heads q, Heads k, Heads v, Run run) {
        List<Attend.Text> texts = new ArrayList<>();
        for (int row = 0; row < run.batch(); ) {
            KvCache cache = run.caches().get(row);
            int count = run.rowsOfText(row);
            cache.store(layer, row, count, k.data(), v.data());
            int together = tape.eachRowAlone() ? 1 : count;
            for (int i = 0; i < count; i += together) {
                Layout layout = layout(1, together, cache.held() + i + together, cache.held() + i);
                texts.add(new Attend.Text(layout, cache.keys(layer), cache.values(layer)));
            }
            row += count;
        }
        return Attend.each(tape, texts, q);
    }

    /** Every word sees every word, as if all stood behind the text. */
    private Layout unmasked(int batch, int length) {
        Layout l = layout(batch, length, length, length);
        return new Layout(
                batch, length, length, length, Integer.MAX_VALUE, l.heads(), l.kvHeads(), l.headSize(), l.scale());
    }

    private Layout layout(int batch, int queries, int keys, int firstPosition) {
        float scale = (float) (1 / Math.sqrt(config.headSize()));
        return new Layout(
                batch,
                queries,
                keys,
                firstPosition,
                config.slidingWindow().orElse(Integer.MAX_VALUE),
                config.heads(),
                config.kvHeads(),
                config.headSize(),
                scale);
    }

    private Qkv separate(Tape tape, Value x) {
        List<Value> qkv = Projection.together(
                tape,
                x,
                weights,
                List.of(Role.QUERY_WEIGHT, Role.KEY_WEIGHT, Role.VALUE_WEIGHT),
                List.of(Optional.of(Role.QUERY_BIAS), Optional.of(Role.KEY_BIAS), Optional.of(Role.VALUE_BIAS)),
                layer,
                config.layout().inputMajor());
        int size = config.headSize();
        return new Qkv(
                Heads.separate(qkv.get(0), size), Heads.separate(qkv.get(1), size), Heads.separate(qkv.get(2), size));
    }

    /** One matrix for all three: blocks q|k|v (GPT-2), or q, k, v head by head (GPT-NeoX). */
    private Qkv fused(Tape tape, Value x) {
        Value y = Projection.apply(
                tape,
                x,
                weights,
                Role.QKV_WEIGHT,
                Optional.of(Role.QKV_BIAS),
                layer,
                config.layout().inputMajor());
        int size = config.headSize();
        int row = y.data().dim(-1);
        if (config.layout().interleavedQkv()) {
            return new Qkv(
                    new Heads(y, 0, row, 3 * size),
                    new Heads(y, size, row, 3 * size),
                    new Heads(y, 2 * size, row, 3 * size));
        }
        int q = config.queryWidth();
        return new Qkv(
                new Heads(y, 0, row, size), new Heads(y, q, row, size), new Heads(y, q + config.kvWidth(), row, size));
    }

    private Heads normalised(Tape tape, Heads heads, Role weight) {
        Value y = Normalise.apply(
                tape, heads.value(), weights.get(weight, layer), Optional.empty(), config.normEpsilon());
        return Heads.separate(y, config.headSize());
    }
}
