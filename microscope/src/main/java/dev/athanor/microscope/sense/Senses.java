package dev.athanor.microscope.sense;

import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Recording;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where in the layers the senses of a word part: for every occurrence its nearest others by the cosine of their states,
 * and how many of these mean the same. Raw cosines are ruled by a few large directions that all states share; centred,
 * the mean over all occurrences is taken off. Before the first layer all occurrences of one form are the same row of
 * the dictionary, and purity is what chance gives.
 *
 * @param word its dictionary form
 * @param form the form that was compared, the commonest that has several meanings
 * @param meanings occurrences by meaning
 * @param chance purity of neighbours drawn at random
 * @param states purity before each layer and after the last
 * @param occurrences that were compared, in the order of their numbers
 */
public record Senses(
        String word,
        String form,
        Map<String, Integer> meanings,
        double chance,
        List<State> states,
        List<Occurrence> occurrences) {
    /**
     * One state.
     *
     * @param raw purity by cosine
     * @param centred purity by cosine with the mean taken off
     * @param nearest for each occurrence its nearest others, centred, nearest first
     */
    public record State(double raw, double centred, List<List<Integer>> nearest) {}

    /** Neighbours of each occurrence. */
    public static final int NEIGHBOURS = 5;

    /** The senses have parted where this much of the way from chance to one is gone. */
    public static final double PARTED = 0.5;

    private static final int MOST_TOKENS = 64;

    private static final int MOST_OCCURRENCES = 200;

    public Senses {
        meanings = Map.copyOf(meanings);
        states = List.copyOf(states);
        occurrences = List.copyOf(occurrences);
    }

    /** The first state in which most neighbours mean the same; none where the senses do not part clearly. */
    public OptionalInt parted() {
        double enough = chance + PARTED * (1 - chance);
        return IntStream.range(0, states.size())
                .filter(s -> states.get(s).centred() >= enough)
                .findFirst();
    }

    /**
     * @param seed of tales
     * @throws IllegalArgumentException when no form of the word has two meanings in them, in one sentence
     */
    public static Senses of(Microscope microscope, Tokenizer tokenizer, String word, long seed, int stories) {
        int most = Math.min(MOST_TOKENS, microscope.model().config().contextLength());
        List<Occurrence> all = Occurrence.in(seed, stories, word, tokenizer, most);
        String form = form(all, word);
        List<Occurrence> same = all.stream()
                .filter(o -> o.form().equals(form))
                .limit(MOST_OCCURRENCES)
                .toList();
        Map<String, Integer> meanings = new TreeMap<>();
        same.forEach(o -> meanings.merge(o.meaning(), 1, Integer::sum));
        int n = same.size();
        double chance = meanings.values().stream()
                .mapToDouble(c -> (double) c / n * (c - 1) / (n - 1))
                .sum();
        List<double[][]> states = states(microscope, same);
        List<State> purities = new ArrayList<>();
        for (double[][] rows : states) {
            List<List<Integer>> raw = nearest(rows);
            List<List<Integer>> centred = nearest(centred(rows));
            purities.add(new State(purity(same, raw), purity(same, centred), centred));
        }
        return new Senses(word, form, meanings, chance, purities, same);
    }

    /** The form with the most occurrences among those that have two meanings. */
    private static String form(List<Occurrence> all, String word) {
        Map<String, List<Occurrence>> byForm = all.stream().collect(Collectors.groupingBy(Occurrence::form));
        return byForm.entrySet().stream()
                .filter(e -> e.getValue().stream()
                                .collect(Collectors.groupingBy(Occurrence::meaning, Collectors.counting()))
                                .values()
                                .stream()
                                .filter(count -> count > NEIGHBOURS)
                                .count()
                        > 1)
                .max(Comparator.comparingInt(e -> e.getValue().size()))
                .map(Map.Entry::getKey)
                .orElseThrow(() -> new IllegalArgumentException(
                        "senses: expected a word with two meanings in the tales, each met more than " + NEIGHBOURS
                                + " times (lie, king, ring, bank, light, bat, still), found \"" + word
                                + "\"; use more stories or another word"));
    }

    /** States of the word, [state][occurrence][d]. */
    static List<double[][]> states(Microscope microscope, List<Occurrence> occurrences) {
        ModelConfig c = microscope.model().config();
        List<double[][]> states = new ArrayList<>();
        for (int state = 0; state <= c.layers(); state++) {
            states.add(new double[occurrences.size()][c.width()]);
        }
        for (int i = 0; i < occurrences.size(); i++) {
            int[] tokens = occurrences.get(i).tokens();
            Recording run = microscope.record(
                    tokens, h -> h.point() == HookPoint.RESID_PRE || h.point() == HookPoint.RESID_POST);
            for (int state = 0; state <= c.layers(); state++) {
                Tensor values = state == c.layers()
                        ? run.at(HookPoint.RESID_POST, c.layers() - 1)
                        : run.at(HookPoint.RESID_PRE, state);
                for (int d = 0; d < c.width(); d++) {
                    states.get(state)[i][d] = values.data()[(tokens.length - 1) * c.width() + d];
                }
            }
        }
        return states;
    }

    static double[] mean(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.length;
            }
        }
        return mean;
    }

    private static double[][] centred(double[][] rows) {
        double[] mean = mean(rows);
        double[][] centred = new double[rows.length][];
        for (int r = 0; r < rows.length; r++) {
            centred[r] = rows[r].clone();
            for (int i = 0; i < mean.length; i++) {
                centred[r][i] -= mean[i];
            }
        }
        return centred;
    }

    /** Indices of the nearest others of every row; of equally near ones those further on, wherever they mean. */
    static List<List<Integer>> nearest(double[][] rows) {
        int n = rows.length;
        List<List<Integer>> nearest = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            double[] cosine = new double[n];
            for (int j = 0; j < n; j++) {
                cosine[j] = cosine(rows[i], rows[j]);
            }
            int self = i;
            nearest.add(IntStream.range(1, n)
                    .map(step -> (self + step) % n)
                    .boxed()
                    .sorted(Comparator.comparingDouble(j -> -cosine[j]))
                    .limit(NEIGHBOURS)
                    .toList());
        }
        return nearest;
    }

    static double cosine(double[] a, double[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        // Rows that are equal but for rounding have no direction once their mean is taken off.
        return aa < 1e-9 || bb < 1e-9 ? 0 : Math.rint(1e9 * dot / Math.sqrt(aa * bb)) / 1e9;
    }

    private static double purity(List<Occurrence> occurrences, List<List<Integer>> nearest) {
        double same = 0;
        int count = 0;
        for (int i = 0; i < nearest.size(); i++) {
            for (int j : nearest.get(i)) {
                same += occurrences.get(i).meaning().equals(occurrences.get(j).meaning()) ? 1 : 0;
                count++;
            }
        }
        return same / count;
    }
}
