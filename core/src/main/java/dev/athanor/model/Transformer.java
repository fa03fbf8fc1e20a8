package dev.athanor.model;

import dev.athanor.kernel.Compute;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.Probe;
import dev.athanor.model.hook.Switches;
import dev.athanor.op.Embedding;
import dev.athanor.op.Linear;
import dev.athanor.op.LinearCrossEntropy;
import dev.athanor.op.LinearVotes;
import dev.athanor.op.Pool;
import dev.athanor.op.Positions;
import dev.athanor.op.Residual;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GPT: embeds tokens, sends them through its blocks and lets the last state vote on the next token. Training,
 * generation and inspection all run {@link Forward#run}.
 *
 * <p>One instance serves one caller at a time.
 */
public final class Transformer {
    private final Parameters parameters;
    private final ModelConfig config;
    private final Compute compute;
    private final Pool pool = new Pool();
    private final Forward pass;
    private final Forward.Stack constant;
    private final KvType kvType;
    private final CachedReading reader;

    public Transformer(Parameters parameters, Compute compute) {
        this(parameters, compute, KvType.F32);
    }

    /**
     * @param kvType how caches store keys and values
     * @throws IllegalArgumentException when this model's heads cannot be stored so
     */
    public Transformer(Parameters parameters, Compute compute, KvType kvType) {
        kvType.check(parameters.config());
        this.kvType = kvType;
        this.parameters = parameters;
        this.config = parameters.config();
        this.compute = compute;
        this.pass = new Forward(config);
        this.constant = pass.stack(Weights.constant(parameters));
        this.reader = new CachedReading(config, compute, pool, pass, constant);
    }

    public ModelConfig config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Another model on the threads of this one; the two take turns. */
    public Transformer with(Parameters other) {
        return new Transformer(other, compute);
    }

    /**
     * Logits of every position.
     *
     * @param tokens [batch * length]
     * @return [batch, length, V]
     */
    public Tensor logits(int[] tokens, int batch, int length) {
        Tape tape = new Tape(compute, pool, false);
        Run run = Run.of(batch, length);
        return voted(tape, pass.run(tape, constant, tokens, run), run);
    }

    /**
     * As {@link #logits(int[], int, int)}, with {@code probe} listening. Where it wants nothing the numbers are the
     * same bits; where it wants scores, norms or single heads, they are computed in another order.
     *
     * @return [batch, length, V]
     */
    public Tensor logits(int[] tokens, int batch, int length, Probe probe) {
        return logits(tokens, batch, length, probe, Switches.ON);
    }

    /**
     * As {@link #logits(int[], int, int, Probe)}, with parts of the pass turned off.
     *
     * @return [batch, length, V]
     */
    public Tensor logits(int[] tokens, int batch, int length, Probe probe, Switches switches) {
        Tape tape = new Tape(compute, pool, false);
        Run run = Run.probed(batch, length, probe, switches);
        return voted(tape, pass.run(tape, constant, tokens, run), run);
    }

    /**
     * The end of a pass whose beginning is known: {@code states} enter layer {@code layer} behind the words in
     * {@code cache}, whose keys and values are used and stay.
     *
     * @param states [n, d]
     * @param probe may listen in these layers, but not to scores and shares, which reach back into the cache
     * @return logits [1, n, V]
     */
    public Tensor logitsFrom(int layer, Tensor states, KvCache cache, Probe probe) {
        if (layer < 0 || layer >= config.layers()) {
            throw new IllegalArgumentException("layer: expected one below " + config.layers() + ", found " + layer);
        }
        int n = states.dim(0);
        Run run = Run.cached(n, cache, probe);
        pass.reach(run.places().end());
        cache.reserve(n);
        Tape tape = new Tape(compute, pool, false);
        Tensor copy = Tensor.view(states.toArray(), 0, states.shape());
        return voted(tape, pass.layers(tape, constant, Value.constant(copy), run, layer), run);
    }

    private Tensor voted(Tape tape, Value last, Run run) {
        Value logits = Linear.apply(tape, last, pass.head(constant.weights()), Optional.empty(), false);
        run.visit(HookPoint.UNEMBED_OUT, Hook.NO_LAYER, logits);
        Shape shape = Shape.of(run.batch(), run.length(), config.vocabularySize());
        Tensor copy = Tensor.view(logits.data().toArray(), 0, shape);
        tape.clear();
        return copy;
    }

    /**
     * What the end of the model, its last norm and its head, makes of states from anywhere in the residual stream.
     *
     * @param states [n, d]
     * @return logits [n, V]
     */
    public Tensor unembed(Tensor states) {
        if (states.shape().rank() != 2 || states.dim(1) != config.width()) {
            throw new IllegalArgumentException(
                    "states: expected [n, " + config.width() + "], the model's width, found " + states.shape());
        }
        Tape tape = new Tape(compute, pool, false);
        Weights w = constant.weights();
        int n = states.dim(0);
        Value last = Norms.apply(
                tape,
                Value.constant(states),
                w.get(Role.FINAL_NORM_WEIGHT, -1),
                w.find(Role.FINAL_NORM_BIAS, -1),
                config.normEpsilon(),
                new Norms.Place(HookPoint.FINAL_SCALE, HookPoint.FINAL_NORMALIZED, Hook.NO_LAYER),
                Run.of(1, n));
        Value logits = Linear.apply(tape, last, pass.head(w), Optional.empty(), false);
        Tensor copy = Tensor.view(logits.data().toArray(), 0, Shape.of(n, config.vocabularySize()));
        tape.clear();
        return copy;
    }

    /** Sum of -log p(target) over all targets that are not negative; arguments as in {@link #lossAndGradients}. */
    public double loss(int[] tokens, int[] targets, int batch, int length) {
        return loss(tokens, targets, Run.of(batch, length));
    }

    /** As {@link #loss(int[], int[], int, int)}, with {@code probe} listening and changing up to the last norm. */
    public double loss(int[] tokens, int[] targets, int batch, int length, Probe probe) {
        return loss(tokens, targets, Run.probed(batch, length, probe, Switches.ON));
    }

    /**
     * As {@link #loss(int[], int[], int, int)} for one sequence read behind what {@code cache} holds, with keys and
     * values as it stores them.
     */
    public double loss(int[] tokens, int[] targets, KvCache cache) {
        double sum = 0;
        for (int at = 0; at < tokens.length; at += CachedReading.CHUNK) {
            int end = Math.min(tokens.length, at + CachedReading.CHUNK);
            Tape tape = new Tape(compute, pool, false);
            Value x = reader.reading(tape, Arrays.copyOfRange(tokens, at, end), cache);
            int[] next = Arrays.copyOfRange(targets, at, end);
            sum += LinearCrossEntropy.apply(tape, x, pass.head(constant.weights()), next, 0f);
            tape.clear();
        }
        return sum;
    }

    private double loss(int[] tokens, int[] targets, Run run) {
        Tape tape = new Tape(compute, pool, false);
        Value x = pass.run(tape, constant, tokens, run);
        double loss = LinearCrossEntropy.apply(tape, x, pass.head(constant.weights()), targets, 0f);
        tape.clear();
        return loss;
    }

    /**
     * Forward and backward through the whole model.
     *
     * @param tokens [batch * length]
     * @param targets [batch * length], the token that comes next; negative where it does not count
     * @param scale what each counted target's loss is multiplied by before differentiating, 1 / counted targets for the
     *     mean
     * @param gradients one per parameter, in the order of {@link Parameters#list()}
     * @param add whether {@code gradients} are added to; else what they hold means nothing and they are written, which
     *     saves clearing and reading them
     * @param dropoutSeed which elements drop, when the configuration has dropout
     * @return sum of -log p(target), not scaled
     */
    public double lossAndGradients(
            int[] tokens,
            int[] targets,
            int batch,
            int length,
            float scale,
            List<Tensor> gradients,
            boolean add,
            long dropoutSeed) {
        Weights weights = Weights.learning(parameters, gradients, add);
        return lossAndGradients(weights, tokens, targets, batch, length, scale, dropoutSeed);
    }

    /**
     * As the other for {@code adapters} alone: the model's own weights stay, and may stay in their file.
     *
     * @param gradients one per matrix of the adapters, in their order
     */
    public double lossAndGradients(
            Adapters adapters,
            int[] tokens,
            int[] targets,
            int batch,
            int length,
            float scale,
            List<Tensor> gradients,
            boolean add,
            long dropoutSeed) {
        Weights weights = Weights.adapted(parameters, adapters, gradients, add);
        return lossAndGradients(weights, tokens, targets, batch, length, scale, dropoutSeed);
    }

    private double lossAndGradients(
            Weights weights, int[] tokens, int[] targets, int batch, int length, float scale, long dropoutSeed) {
        Forward.Stack learning = pass.stack(weights);
        Tape tape = new Tape(compute, pool, true);
        Value x = pass.run(tape, learning, tokens, Run.training(batch, length, config.dropout(), dropoutSeed));
        double loss = LinearCrossEntropy.apply(tape, x, pass.head(learning.weights()), targets, scale);
        tape.backward();
        weights.complete(compute.workers());
        return loss;
    }

    /**
     * A cache that has read {@code length} tokens, from what a pass over them had at its hooks.
     *
     * @param keys of each layer as they are compared [1, at least length, kvHeads, headSize]
     * @param values of each layer [1, at least length, kvHeads, headSize]
     */
    public KvCache cacheOf(List<Tensor> keys, List<Tensor> values, int length, int capacity) {
        return KvCache.of(config, capacity, keys, values, length);
    }

    /**
     * The sum of {@code weights} times logits after word {@code position}, for words with these rows instead of those
     * of the dictionary, and its gradient. Positions are added or rotated as always.
     *
     * @param embeddings [T, d]
     */
    public Sensitivity sensitivity(Tensor embeddings, int position, Map<Integer, Double> weights) {
        int length = embeddings.dim(0);
        Run run = Run.of(1, length);
        pass.reach(length);
        Tape tape = new Tape(compute, pool, true);
        Value words = Value.input(embeddings);
        Value entering = constant.weights()
                .find(Role.POSITION_EMBEDDING, -1)
                .map(table -> Residual.add(tape, words, places(tape, table, length)))
                .orElse(words);
        Value last = pass.layers(tape, constant, entering, run, 0);
        double value = LinearVotes.apply(tape, last, pass.head(constant.weights()), position, weights);
        tape.backward();
        return new Sensitivity(value, words.gradientCopy());
    }

    private static Value places(Tape tape, Value table, int length) {
        int[] places = new int[length];
        Arrays.setAll(places, i -> i);
        return Embedding.apply(tape, places, new Positions.Running(0, length), table, Optional.empty());
    }

    /** An empty cache for one sequence of at most {@code capacity} tokens, of the type this model was made with. */
    public KvCache newCache(int capacity) {
        return newCache(capacity, kvType);
    }

    /** As {@link #newCache(int)}, of any type. */
    public KvCache newCache(int capacity, KvType type) {
        return new KvCache(config, capacity, type);
    }

    /** How {@link #newCache(int)} stores keys and values. */
    public KvType kvType() {
        return kvType;
    }

    /**
     * Reads {@code tokens} behind those in {@code cache} and gives the logits for what comes after the last one.
     *
     * @return [V]
     */
    public Tensor nextLogits(int[] tokens, KvCache cache) {
        return reader.nextLogits(tokens, cache);
    }

    /**
     * As {@link #nextLogits(int[], KvCache)} for one token, which makes no objects from the second time on, except
     * where {@code cache} grows.
     *
     * @param logits [V], written
     */
    public void nextLogits(int token, KvCache cache, float[] logits) {
        reader.nextLogits(token, cache, logits);
    }

    /** Reads {@code tokens} behind those in {@code cache}, and asks for nothing. */
    public void read(int[] tokens, KvCache cache) {
        reader.read(tokens, cache);
    }

    /**
     * Reads {@code tokens} behind those in {@code cache} and gives the logits for what comes after each of them, the
     * last with the bits of {@link #nextLogits(int[], KvCache)}.
     *
     * @return [n, V]
     */
    public Tensor allLogits(int[] tokens, KvCache cache) {
        return reader.allLogits(tokens, cache);
    }

    /** The mean over {@code tokens} of the normalised last states, made as long as 1: [d]. */
    public float[] embedding(int[] tokens) {
        Tape tape = new Tape(compute, pool, false);
        Tensor x = pass.run(tape, constant, tokens, Run.of(1, tokens.length)).data();
        double[] sum = new double[config.width()];
        for (int i = 0; i < tokens.length * sum.length; i++) {
            sum[i % sum.length] += x.data()[x.offset() + i];
        }
        tape.clear();
        double length = Math.sqrt(Arrays.stream(sum).map(s -> s * s).sum());
        float[] embedding = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            embedding[i] = (float) (sum[i] / Math.max(length, 1e-30));
        }
        return embedding;
    }

    /**
     * Reads the next tokens of several texts in one pass over the weights. Every text gets the bits it would get alone,
     * read in whatever pieces of at least two tokens.
     *
     * @param pieces of different texts
     * @return [wanted, V], what comes after the pieces of which it is wanted, in their order
     */
    public Tensor readEach(List<Piece> pieces) {
        return reader.readEach(pieces);
    }

    /**
     * One more token for each of several texts, in one pass over the weights. Every text gets the bits it would get
     * alone.
     *
     * @param tokens [texts]
     * @param caches one per text
     * @return [texts, V]
     */
    public Tensor nextLogits(int[] tokens, List<KvCache> caches) {
        return reader.nextLogits(tokens, caches);
    }

    /**
     * Reads {@code tokens} behind those in {@code cache} in one pass over the weights and gives the logits for what
     * comes after each of them, with the bits that {@link #nextLogits(int[], KvCache)} gives for one after the other.
     *
     * @return [n, V]
     */
    public Tensor eachLogits(int[] tokens, KvCache cache) {
        return reader.eachLogits(tokens, cache);
    }

    /** Bytes of intermediate results this model has allocated so far; constant once every shape has been seen. */
    public long workspaceBytes() {
        return pool.allocatedBytes();
    }

    /** Forgets what is kept for intermediate results, after a pass that broke off. */
    public void dropWorkspace() {
        pool.drop();
    }

    /** Bytes of intermediate results kept for the next forward pass. */
    public long idleWorkspaceBytes() {
        return pool.idleBytes();
    }
}
