package dev.athanor.microscope.view;

import dev.athanor.microscope.view.HeadProjection.Side;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Why a head compares two words as it does: its score number by number, and by what earlier parts put into either word.
 * Single numbers of a query or key have no meaning of their own (another basis would give the same scores); the parts
 * have.
 *
 * @param score query times key over the root of the head's size
 * @param products one per number of the head; they add up to the score
 * @param pairs one per part of the query's word and part of the key's word, largest first; all of them add up to the
 *     score
 * @param sum of all pairs
 */
public record Match(
        int layer, int head, int query, int key, Figure score, List<Figure> products, List<Pair> pairs, double sum) {
    /**
     * @param queryPart what was added to the word that asks: a part's name
     * @param keyPart what was added to the word that is found
     */
    public record Pair(String queryPart, String keyPart, Figure score) {}

    /** Name of a product, index [layer, head, query, key, number]. */
    public static final String PRODUCT = "match.product";

    /** Before the two parts' names and a star between them: index [layer, head, query, key]. */
    public static final String PAIR = "match.pair.";

    public Match {
        products = List.copyOf(products);
        pairs = List.copyOf(pairs);
    }

    public static Match of(Thought thought, int layer, int head, int query, int key) {
        ModelConfig c = thought.config();
        boolean rotary = c.rotary().isPresent();
        int shelf = head / (c.heads() / c.kvHeads());
        Tensor queries = thought.at(rotary ? HookPoint.ROT_Q : HookPoint.Q, layer);
        Tensor keys = thought.at(rotary ? HookPoint.ROT_K : HookPoint.K, layer);
        float[] q = Thought.row(queries, query * c.heads() + head, c.headSize());
        float[] k = Thought.row(keys, key * c.kvHeads() + shelf, c.headSize());
        double root = Math.sqrt(c.headSize());
        List<Figure> products = new ArrayList<>();
        for (int e = 0; e < q.length; e++) {
            products.add(Figure.of((double) q[e] * k[e] / root, PRODUCT, layer, head, query, key, e));
        }
        Hook scores = new Hook(HookPoint.ATTN_SCORES, layer);
        double score = thought.recording(scores).number(scores, 0, head, query, key);
        List<Pair> pairs = pairs(thought, layer, head, shelf, query, key);
        double sum = pairs.stream().mapToDouble(p -> p.score().value()).sum();
        return new Match(
                layer, head, query, key, Figure.of(score, scores.name(), 0, head, query, key), products, pairs, sum);
    }

    private static List<Pair> pairs(Thought thought, int layer, int head, int shelf, int query, int key) {
        List<Sources.Part> asking = projected(thought, layer, head, Side.QUERY, query);
        List<Sources.Part> found = projected(thought, layer, shelf, Side.KEY, key);
        double root = Math.sqrt(thought.config().headSize());
        List<Pair> pairs = new ArrayList<>();
        for (Sources.Part a : asking) {
            for (Sources.Part b : found) {
                double sum = 0;
                for (int e = 0; e < a.numbers().length; e++) {
                    sum += a.numbers()[e] * b.numbers()[e];
                }
                String name = PAIR + a.name() + "*" + b.name();
                pairs.add(new Pair(a.name(), b.name(), Figure.of(sum / root, name, layer, head, query, key)));
            }
        }
        pairs.sort(Comparator.comparingDouble(p -> -Math.abs(p.score().value())));
        return pairs;
    }

    /** The parts of a word's query or key as they are compared: linear, with the scales of norms as they were. */
    private static List<Sources.Part> projected(Thought thought, int layer, int head, Side side, int position) {
        ModelConfig c = thought.config();
        Parameters parameters = thought.microscope().model().parameters();
        HeadProjection projection = HeadProjection.of(parameters, layer, side, head);
        List<Sources.Part> parts = new ArrayList<>();
        double[] whole = projection.bias().clone();
        for (Sources.Part part : Sources.normalised(thought, layer, position)) {
            double[] numbers = projection.times(part.numbers());
            for (int e = 0; e < whole.length; e++) {
                whole[e] += numbers[e];
            }
            parts.add(new Sources.Part(part.name(), numbers));
        }
        parts.add(new Sources.Part("bias", projection.bias().clone()));
        if (c.qkNorm()) {
            normalise(parameters, layer, side, whole, parts);
        }
        if (thought.switches().positions()) {
            parts.forEach(part -> HeadProjection.rotate(c, part.numbers(), position));
        }
        return parts;
    }

    /** The norm of queries or keys, its scale frozen at the whole's. */
    private static void normalise(
            Parameters parameters, int layer, Side side, double[] whole, List<Sources.Part> parts) {
        Role role = side == Side.QUERY ? Role.QUERY_NORM_WEIGHT : Role.KEY_NORM_WEIGHT;
        float[] weight = Matrix.vector(parameters, role, layer).orElseThrow();
        double square = 0;
        for (double x : whole) {
            square += x * x;
        }
        double scale = Math.sqrt(square / whole.length + parameters.config().normEpsilon());
        for (Sources.Part part : parts) {
            for (int e = 0; e < whole.length; e++) {
                part.numbers()[e] *= weight[e] / scale;
            }
        }
    }
}
