package dev.athanor.microscope.experiment;

import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Recording;
import dev.athanor.microscope.Unembedding;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Other texts through the same model: what takes the place of a part that is taken out. The first word of each text is
 * left out of means, because heads with nothing to do pour from it and its states are unlike all others.
 */
public final class Reference {
    /** Texts and words of each that are enough for means of a small model and cheap for a large one. */
    public static final int TEXTS = 8;

    public static final int WORDS = 64;

    private final Microscope microscope;
    private final List<int[]> texts;
    private final Map<Hook, float[]> means = new HashMap<>();
    private final Map<Hook, Tensor> samples = new HashMap<>();
    private double[] scales = {};

    /**
     * @param texts tokens; each is cut to {@link #WORDS} and the model's context
     * @throws IllegalArgumentException when no text has at least two tokens
     */
    public Reference(Microscope microscope, List<int[]> texts) {
        this.microscope = microscope;
        int most = Math.min(WORDS, microscope.model().config().contextLength());
        this.texts = texts.stream()
                .filter(text -> text.length > 1)
                .limit(TEXTS)
                .map(text -> Arrays.copyOf(text, Math.min(text.length, most)))
                .toList();
        if (this.texts.isEmpty()) {
            throw new IllegalArgumentException(
                    "reference: expected at least one text of two tokens to take means over, found none");
        }
    }

    /** The texts, as tokens. */
    public List<int[]> texts() {
        return texts.stream().map(int[]::clone).toList();
    }

    /** The same texts through another model. */
    public Reference through(Microscope other) {
        return new Reference(other, texts);
    }

    /** Mean at {@code hook} over all words but the first of each text: the numbers of one word, without gaps. */
    float[] mean(Hook hook) {
        float[] known = means.get(hook);
        if (known != null) {
            return known;
        }
        read(hook);
        return means.getOrDefault(hook, new float[0]);
    }

    /** What the last of the texts, which means do not need more than others, had at {@code hook} at a word. */
    float[] sample(Hook hook, int position) {
        if (!samples.containsKey(hook)) {
            read(hook);
        }
        Tensor sample = samples.getOrDefault(hook, Tensor.zeros(1, 1, 1));
        int words = sample.dim(1);
        int at = position < words ? position : 1 + (position - 1) % (words - 1);
        return Thought.row(sample, at, sample.size() / words);
    }

    /** Reads the hooks of the same kind in all layers at once: whoever asks for one head will ask for others. */
    private void read(Hook wanted) {
        Map<Hook, double[]> sums = new HashMap<>();
        int words = 0;
        for (int text = 0; text < texts.size(); text++) {
            Recording run = microscope.record(texts.get(text), hook -> hook.point() == wanted.point());
            int length = run.length();
            words += length - 1;
            for (Hook hook : run.hooks()) {
                Tensor values = run.at(hook);
                int width = values.size() / length;
                double[] sum = sums.computeIfAbsent(hook, h -> new double[width]);
                for (int i = width; i < values.size(); i++) {
                    sum[i % width] += values.data()[i];
                }
                if (text == texts.size() - 1) {
                    samples.put(hook, values);
                }
            }
        }
        for (Map.Entry<Hook, double[]> e : sums.entrySet()) {
            float[] mean = new float[e.getValue().length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (e.getValue()[i] / words);
            }
            means.put(e.getKey(), mean);
        }
    }

    /**
     * How unusual the size of a last state is: deviations from the mean of the logarithm of what the last norm divides
     * by, over the reference's words.
     */
    public double unusual(double scale) {
        if (scales.length == 0) {
            scales = scales();
        }
        return (Math.log(scale) - scales[0]) / Math.max(scales[1], 1e-6);
    }

    private double[] scales() {
        ModelConfig c = microscope.model().config();
        Unembedding end = new Unembedding(microscope.model().parameters());
        Hook last = new Hook(HookPoint.RESID_POST, c.layers() - 1);
        List<Double> logs = new ArrayList<>();
        for (int[] text : texts) {
            Tensor states = microscope.record(text, last::equals).at(last);
            for (int position = 1; position < text.length; position++) {
                logs.add(Math.log(end.scale(Thought.row(states, position, c.width()))));
            }
        }
        double mean = logs.stream().mapToDouble(x -> x).average().orElse(0);
        double square = logs.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
        return new double[] {mean, Math.sqrt(square / Math.max(1, logs.size() - 1))};
    }
}
