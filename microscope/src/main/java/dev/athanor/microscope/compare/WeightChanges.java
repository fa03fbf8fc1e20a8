package dev.athanor.microscope.compare;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the weights of a model are from others of the same shape. Lengths are root sums of squares over all numbers
 * of a part.
 *
 * @param rows the dictionary first, then layer by layer, then the end
 * @param words of the dictionary whose rows moved most
 */
public record WeightChanges(List<Row> rows, List<Word> words) {
    /**
     * One part of a layer, or of none.
     *
     * @param layer -1 outside the layers
     * @param part such as {@code query}; weights and biases together
     * @param numbers how many
     * @param before length of the part as it was
     * @param after as it is
     * @param change length of the difference
     * @param cosine of the angle between before and after; 1 where nothing turned, NaN where one of them is all zeros
     */
    public record Row(
            int layer, String part, long numbers, double before, double after, double change, double cosine) {}

    /** One word of the dictionary. */
    public record Word(int token, double change, double cosine) {}

    /** In the order of the pass. */
    private enum Part {
        DICTIONARY("dictionary"),
        POSITIONS("positions"),
        ATTENTION_NORM("norm of attention"),
        QUERY("query"),
        KEY("key"),
        VALUE("value"),
        HEAD_NORM("query, key norms"),
        OUTPUT("attention output"),
        FEED_FORWARD_NORM("norm of feed-fwd"),
        GATE("feed-forward gate"),
        UP("feed-forward in"),
        DOWN("feed-forward out"),
        FINAL_NORM("last norm"),
        UNEMBEDDING("unembedding");

        private final String words;

        Part(String words) {
            this.words = words;
        }
    }

    /** Sums over pairs of numbers. */
    private static final class Sums {
        private long numbers;
        private double before;
        private double after;
        private double change;
        private double product;

        void add(float a, float b) {
            numbers++;
            before += (double) a * a;
            after += (double) b * b;
            change += ((double) b - a) * ((double) b - a);
            product += (double) a * b;
        }

        double cosine() {
            return before > 0 && after > 0 ? product / Math.sqrt(before * after) : Double.NaN;
        }

        Row row(int layer, Part part) {
            return new Row(
                    layer, part.words, numbers, Math.sqrt(before), Math.sqrt(after), Math.sqrt(change), cosine());
        }
    }

    public WeightChanges {
        rows = List.copyOf(rows);
        words = List.copyOf(words);
    }

    /**
     * @param top words of the dictionary
     * @throws IllegalArgumentException where the two differ in shape
     */
    public static WeightChanges between(Parameters before, Parameters after, int top) {
        ModelConfig c = after.config();
        requireSameTensors(before, after);
        Map<Integer, Map<Part, Sums>> byLayer = new TreeMap<>();
        List<Word> words = List.of();
        for (int i = 0; i < after.list().size(); i++) {
            Parameter p = after.list().get(i);
            Tensor a = tensor(before.list().get(i).weight());
            Tensor b = tensor(p.weight());
            int layer = p.spec().layer() >= 0 ? p.spec().layer() : end(p.spec().role()) ? c.layers() : -1;
            Map<Part, Sums> parts = byLayer.computeIfAbsent(layer, l -> new TreeMap<>());
            add(c, p.spec(), a, b, parts);
            if (p.spec().role() == Role.TOKEN_EMBEDDING) {
                words = words(a, b, top);
            }
        }
        List<Row> rows = new ArrayList<>();
        byLayer.forEach((layer, parts) ->
                parts.forEach((part, sums) -> rows.add(sums.row(layer == c.layers() ? -1 : layer, part))));
        return new WeightChanges(rows, words);
    }

    private static boolean end(Role role) {
        return role == Role.FINAL_NORM_WEIGHT || role == Role.FINAL_NORM_BIAS || role == Role.HEAD_WEIGHT;
    }

    private static void requireSameTensors(Parameters before, Parameters after) {
        List<Parameter> a = before.list();
        List<Parameter> b = after.list();
        if (!before.config().layout().equals(after.config().layout())) {
            throw new IllegalArgumentException("compare: expected two models arranged in the same way, found "
                    + before.config().layout() + " and " + after.config().layout()
                    + "; convert one with athanor convert");
        }
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            String left = i < a.size() ? a.get(i).name() + " " + a.get(i).spec().shape() : "none";
            String right =
                    i < b.size() ? b.get(i).name() + " " + b.get(i).spec().shape() : "none";
            if (!left.equals(right)) {
                throw new IllegalArgumentException("compare: expected two models of the same shape, found tensor "
                        + left + " in the first and " + right + " in the second; compare models of one configuration");
            }
        }
    }

    private static Tensor tensor(Weight weight) {
        return switch (weight) {
            case Tensor t -> t;
            case Stored s -> StoredRows.toTensor(s);
        };
    }

    private static void add(ModelConfig c, TensorSpec spec, Tensor a, Tensor b, Map<Part, Sums> parts) {
        int columns = a.dim(-1);
        for (int i = 0; i < a.size(); i++) {
            parts.computeIfAbsent(part(c, spec, i / columns, i % columns), p -> new Sums())
                    .add(a.data()[a.offset() + i], b.data()[b.offset() + i]);
        }
    }

    private static Part part(ModelConfig c, TensorSpec spec, int row, int column) {
        return switch (spec.role()) {
            case TOKEN_EMBEDDING -> Part.DICTIONARY;
            case POSITION_EMBEDDING -> Part.POSITIONS;
            case ATTENTION_NORM_WEIGHT, ATTENTION_NORM_BIAS -> Part.ATTENTION_NORM;
            case QKV_WEIGHT -> fused(c, c.layout().inputMajor() ? column : row);
            case QKV_BIAS -> fused(c, column);
            case QUERY_WEIGHT, QUERY_BIAS -> Part.QUERY;
            case KEY_WEIGHT, KEY_BIAS -> Part.KEY;
            case VALUE_WEIGHT, VALUE_BIAS -> Part.VALUE;
            case QUERY_NORM_WEIGHT, KEY_NORM_WEIGHT -> Part.HEAD_NORM;
            case ATTENTION_OUTPUT_WEIGHT, ATTENTION_OUTPUT_BIAS -> Part.OUTPUT;
            case FEED_FORWARD_NORM_WEIGHT, FEED_FORWARD_NORM_BIAS -> Part.FEED_FORWARD_NORM;
            case GATE_WEIGHT -> Part.GATE;
            case UP_WEIGHT, UP_BIAS -> Part.UP;
            case DOWN_WEIGHT, DOWN_BIAS -> Part.DOWN;
            case FINAL_NORM_WEIGHT, FINAL_NORM_BIAS -> Part.FINAL_NORM;
            case HEAD_WEIGHT -> Part.UNEMBEDDING;
        };
    }

    /** Which of the three the {@code output}-th number of a shared projection belongs to. */
    private static Part fused(ModelConfig c, int output) {
        int e = c.headSize();
        int third;
        if (c.layout().interleavedQkv()) {
            third = output / e % 3;
        } else {
            int queries = c.heads() * e;
            third = output < queries ? 0 : 1 + (output - queries) / (c.kvHeads() * e);
        }
        return switch (third) {
            case 0 -> Part.QUERY;
            case 1 -> Part.KEY;
            default -> Part.VALUE;
        };
    }

    private static List<Word> words(Tensor a, Tensor b, int top) {
        int width = a.dim(1);
        List<Word> words = new ArrayList<>();
        for (int token = 0; token < a.dim(0); token++) {
            Sums sums = new Sums();
            for (int i = 0; i < width; i++) {
                sums.add(a.data()[a.offset() + token * width + i], b.data()[b.offset() + token * width + i]);
            }
            words.add(new Word(token, Math.sqrt(sums.change), sums.cosine()));
        }
        words.sort(Comparator.comparingDouble(Word::change).reversed());
        return words.subList(0, Math.min(top, words.size()));
    }
}
