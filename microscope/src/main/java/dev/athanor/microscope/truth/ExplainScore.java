package dev.athanor.microscope.truth;

import dev.athanor.corpus.tales.Slot;
import dev.athanor.corpus.tales.Story;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.attribution.Attribution;
import dev.athanor.microscope.attribution.Method;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Judges explanations where the truth is known: at slots of tales it is known which earlier words decide what comes,
 * and with which probabilities. Each method ranks the words of the text by the size of its numbers; the better it is,
 * the more the evidence stands in front.
 *
 * @param slots judged
 * @param left out because their evidence did not fit into the context
 * @param methods how well each finds the evidence, in the order of {@link Method}
 * @param random the same for words in random order
 * @param evidenceShare evidence among all words, on average: what a random word is worth
 * @param model how far the model is from the true distribution
 * @param unigram how far a model is that knows how often words stand in any slot, and nothing of the text
 * @param scenes the same for each scene of the tales, in the order they were met
 */
public record ExplainScore(
        int slots,
        int left,
        Map<Method, Found> methods,
        Found random,
        double evidenceShare,
        Distance model,
        Distance unigram,
        List<SceneScore> scenes) {
    /** Precision at the number of evidence words (recall is the same there), average precision, area under ROC. */
    public record Found(double precision, double averagePrecision, double area) {}

    /** One scene: its slots, how far the model is from its truth, and average precisions by method. */
    public record SceneScore(String scene, int slots, Distance model, Map<Method, Double> averagePrecision) {}

    /** Mean Kullback-Leibler divergence in nats, and mean total variation. */
    public record Distance(double divergence, double variation) {}

    /** Tokens before a slot that are looked at. */
    private static final int MOST_TOKENS = 96;

    /** Stories that the unigram is counted on. */
    private static final int COUNTED = 500;

    private static final int SHUFFLES = 20;

    /**
     * @param seed of stories the model should not have learned from
     * @param slots how many to judge
     * @param progress hears how many are done
     */
    public static ExplainScore of(
            Microscope microscope, Tokenizer tokenizer, long seed, int slots, IntConsumer progress) {
        Judge judge = new Judge(microscope, tokenizer, seed);
        for (int index = 0; judge.done < slots; index++) {
            Story story = Tales.story(seed, index);
            for (Slot slot : story.slots()) {
                if (judge.done < slots) {
                    judge.judge(story, slot);
                    progress.accept(judge.done);
                }
            }
            if (judge.done == 0 && judge.left > 20 * slots) {
                throw new IllegalArgumentException(
                        "explain-score: expected a model whose context holds the evidence of some slot, found a context of "
                                + microscope.model().config().contextLength() + " tokens");
            }
        }
        return judge.score();
    }

    private static final class Judge {
        private final Microscope microscope;
        private final Tokenizer tokenizer;
        private final WordChances chances;
        private final SplittableRandom random;
        private final Map<String, Double> frequencies;
        private final Map<Method, Ranking> sums = new EnumMap<>(Method.class);
        private Ranking shuffled = new Ranking(0, 0, 0);
        private double share;
        private final double[] model = new double[2];
        private final double[] unigram = new double[2];
        private final Map<String, SceneSum> scenes = new LinkedHashMap<>();
        private int done;
        private int left;

        Judge(Microscope microscope, Tokenizer tokenizer, long seed) {
            this.microscope = microscope;
            this.tokenizer = tokenizer;
            this.chances = new WordChances(microscope.model(), tokenizer);
            this.random = new SplittableRandom(seed);
            this.frequencies = frequencies(seed + 1);
        }

        private static Map<String, Double> frequencies(long seed) {
            Map<String, Double> counts = new HashMap<>();
            List<String> words = new ArrayList<>();
            Tales.stream(seed, COUNTED)
                    .forEach(story ->
                            story.slots().forEach(slot -> words.add(slot.word().of(story.text()))));
            words.forEach(word -> counts.merge(word, 1.0 / words.size(), Double::sum));
            return counts;
        }

        void judge(Story story, Slot slot) {
            int most = Math.min(MOST_TOKENS, microscope.model().config().contextLength());
            Optional<SlotText> text = SlotText.of(tokenizer, story, slot, most);
            if (text.isEmpty()) {
                left++;
                return;
            }
            SlotText at = text.get();
            Thought thought = new Thought(microscope, at.tokens(), List.of());
            int position = at.tokens().length - 1;
            int likeliest = Choice.first(thought, position).token();
            Choice choice = new Choice(position, likeliest, Choice.NOTHING);
            String kind = slot.kind();
            SceneSum scene = scenes.computeIfAbsent(kind.substring(0, kind.indexOf('.')), k -> new SceneSum());
            scene.slots++;
            for (Method method : Method.values()) {
                double[] sizes = Attribution.of(thought, choice, method).words().stream()
                        .mapToDouble(f -> Math.abs(f.value()))
                        .toArray();
                Ranking ranking = Ranking.of(sizes, at.evidence());
                sums.merge(method, ranking, Ranking::plus);
                scene.precision.merge(method, ranking.average(), Double::sum);
            }
            for (int i = 0; i < SHUFFLES; i++) {
                shuffled = shuffled.plus(Ranking.random(at.tokens().length, at.evidence(), random));
            }
            share += (double) at.evidence().size() / at.tokens().length;
            SortedMap<String, Double> truth = slot.truth();
            SortedMap<String, Double> found = chances.of(at.tokens(), thought.logits(position), truth.keySet());
            add(model, truth, found);
            add(scene.model, truth, found);
            add(unigram, truth, frequencies);
            done++;
        }

        private static void add(double[] sums, Map<String, Double> truth, Map<String, Double> found) {
            sums[0] += WordChances.divergence(truth, found);
            sums[1] += WordChances.variation(truth, found);
        }

        ExplainScore score() {
            Map<Method, Found> methods = new EnumMap<>(Method.class);
            sums.forEach((method, sum) -> methods.put(method, found(sum.over(done))));
            return new ExplainScore(
                    done,
                    left,
                    methods,
                    found(shuffled.over((double) done * SHUFFLES)),
                    share / done,
                    new Distance(model[0] / done, model[1] / done),
                    new Distance(unigram[0] / done, unigram[1] / done),
                    scenes.entrySet().stream()
                            .map(e -> e.getValue().score(e.getKey()))
                            .toList());
        }

        private static Found found(Ranking r) {
            return new Found(r.precision(), r.average(), r.area());
        }
    }

    private static final class SceneSum {
        private int slots;
        private final double[] model = new double[2];
        private final Map<Method, Double> precision = new EnumMap<>(Method.class);

        SceneScore score(String scene) {
            Map<Method, Double> means = new EnumMap<>(Method.class);
            precision.forEach((method, sum) -> means.put(method, sum / slots));
            return new SceneScore(scene, slots, new Distance(model[0] / slots, model[1] / slots), means);
        }
    }
}
