package dev.athanor.model;

import dev.athanor.kernel.RotaryTable;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.op.Dropout;
import dev.athanor.op.Embedding;
import dev.athanor.op.Residual;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The one forward pass of every family, for whoever trains, writes or looks inside. */
final class Forward {
    private final ModelConfig config;
    private final Optional<RotaryTable> rotary;

    Forward(ModelConfig config) {
        this.config = config;
        this.rotary = config.rotary().map(r -> config.layout().table(r));
    }

    /** The layers over one set of weights. */
    record Stack(Weights weights, List<Block> blocks) {}

    /** Makes sure that positions below {@code end} can be rotated to. */
    void reach(int end) {
        if (rotary.isPresent()) { // no lambda, which would be an object for every token
            rotary.get().reach(end);
        }
    }

    Stack stack(Weights weights) {
        List<Block> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(new Block(config, layer, weights, rotary));
        }
        return new Stack(weights, blocks);
    }

    /** The one forward pass: tokens [batch * length] to the normalised last residual stream [batch * length, d]. */
    Value run(Tape tape, Stack stack, int[] tokens, Run run) {
        check(tokens, run);
        reach(run.places().end());
        Weights w = stack.weights;
        Value x = embedded(tape, w, tokens, run);
        if (run.dropout() > 0f) {
            x = Dropout.apply(tape, x, run.dropout(), run.dropoutSeed() + ((long) (2 * config.layers()) << 40));
        }
        return layers(tape, stack, x, run, 0);
    }

    /** The layers from {@code first} on and the last norm. */
    Value layers(Tape tape, Stack stack, Value entering, Run run, int first) {
        Value x = entering;
        Weights w = stack.weights;
        for (Block block : stack.blocks.subList(first, config.layers())) {
            x = block.forward(tape, x, run);
            if (!tape.recording()) {
                tape.releaseSince(0, x);
            }
        }
        Value last = Norms.apply(
                tape,
                x,
                w.get(Role.FINAL_NORM_WEIGHT, -1),
                w.find(Role.FINAL_NORM_BIAS, -1),
                config.normEpsilon(),
                new Norms.Place(HookPoint.FINAL_SCALE, HookPoint.FINAL_NORMALIZED, Hook.NO_LAYER),
                run);
        run.visit(HookPoint.UNEMBED_IN, Hook.NO_LAYER, last);
        return last;
    }

    private static Value embedded(Tape tape, Weights w, int[] tokens, Run run) {
        Value table = w.get(Role.TOKEN_EMBEDDING, -1);
        Optional<Value> positions = w.find(Role.POSITION_EMBEDDING, -1);
        boolean apart = run.wants(HookPoint.EMBED, Hook.NO_LAYER) || run.wants(HookPoint.POS_EMBED, Hook.NO_LAYER);
        if (!apart) {
            return Embedding.apply(
                    tape,
                    tokens,
                    run.places(),
                    table,
                    positions.filter(p -> run.switches().positions()));
        }
        Value words = Embedding.apply(tape, tokens, run.places(), table, Optional.empty());
        run.visit(HookPoint.EMBED, Hook.NO_LAYER, words);
        if (positions.isEmpty()) {
            return words;
        }
        int[] places = new int[tokens.length];
        Arrays.setAll(places, run.places()::of);
        Value rows = run.switches().positions()
                ? Embedding.apply(tape, places, run.places(), positions.get(), Optional.empty())
                : Value.constant(Tensor.zeros(words.data().shape().toArray()));
        run.visit(HookPoint.POS_EMBED, Hook.NO_LAYER, rows);
        return Residual.add(tape, words, rows);
    }

    private void check(int[] tokens, Run run) {
        if (tokens.length != run.batch() * run.length() || tokens.length == 0) {
            throw new IllegalArgumentException("tokens: expected batch * length = " + run.batch() + " * " + run.length()
                    + ", found " + tokens.length);
        }
        check(tokens, run.places().end());
    }

    /** @param end one past the largest of the tokens' positions */
    void check(int[] tokens, int end) {
        if (end > config.contextLength()) {
            throw new IllegalArgumentException("tokens: expected at most the model's context of "
                    + config.contextLength() + " positions, found " + end);
        }
        for (int token : tokens) {
            if (token < 0 || token >= config.vocabularySize()) {
                throw new IllegalArgumentException(
                        "tokens: expected ids below the vocabulary of " + config.vocabularySize() + ", found " + token);
            }
        }
    }

    Value head(Weights weights) {
        return weights.get(config.tiedHead() ? Role.TOKEN_EMBEDDING : Role.HEAD_WEIGHT, -1);
    }
}
