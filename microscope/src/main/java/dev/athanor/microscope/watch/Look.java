package dev.athanor.microscope.watch;

import dev.athanor.corpus.Batches;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.score.HeadScores;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One look at a model over the probe batch: a pass for states and losses, one for shares, two over repeated random
 * tokens for the scores, and one per head in which it gives its mean instead.
 *
 * @param loss mean cross-entropy, nats
 * @param lens per state, nats
 * @param norms per state
 */
record Look(double loss, List<Double> lens, List<Double> norms, List<WatchRecord.Head> heads) {
    /** Rows of logits at a time: [rows, V] in memory. */
    private static final int ROWS = 128;

    Look {
        lens = List.copyOf(lens);
        norms = List.copyOf(norms);
        heads = List.copyOf(heads);
    }

    static Look at(Transformer model, Batches.Batch probe) {
        ModelConfig c = model.config();
        Map<Hook, Tensor> seen = new HashMap<>();
        double loss = mean(
                model,
                probe,
                listen(
                        hook -> hook.point() == HookPoint.RESID_PRE
                                || hook.point() == HookPoint.Z
                                || hook.equals(new Hook(HookPoint.RESID_POST, c.layers() - 1)),
                        (hook, value) -> seen.put(hook, value.copy())));
        List<Double> lens = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        for (int state = 0; state <= c.layers(); state++) {
            Hook hook = state < c.layers()
                    ? new Hook(HookPoint.RESID_PRE, state)
                    : new Hook(HookPoint.RESID_POST, c.layers() - 1);
            Tensor states = tensor(seen, hook);
            lens.add(lens(model, states, probe));
            norms.add(norm(states, c.width()));
        }
        return new Look(loss, lens, norms, heads(model, probe, loss, seen));
    }

    private static List<WatchRecord.Head> heads(
            Transformer model, Batches.Batch probe, double loss, Map<Hook, Tensor> seen) {
        ModelConfig c = model.config();
        double[][] entropy = entropy(model, probe);
        double[][] elsewhere = OtherPeriods.induction(model);
        List<WatchRecord.Head> heads = new ArrayList<>();
        for (HeadScores.Row row :
                HeadScores.of(new Microscope(model), HeadScores.SEED).heads()) {
            Hook z = new Hook(HookPoint.Z, row.layer());
            float[] mean = mean(tensor(seen, z), c.heads() * c.headSize(), row.head() * c.headSize(), c.headSize());
            double without = mean(
                    model,
                    probe,
                    listen(
                            z::equals,
                            (hook, value) -> replace(value, probe.batch(), probe.length(), row.head(), mean)));
            heads.add(new WatchRecord.Head(
                    row.layer(),
                    row.head(),
                    row.induction().value(),
                    elsewhere[row.layer()][row.head()],
                    row.previous().value(),
                    row.duplicate().value(),
                    row.first().value(),
                    entropy[row.layer()][row.head()],
                    without - loss));
        }
        return heads;
    }

    private interface Visit {
        void at(Hook hook, HookValue value);
    }

    private static Probe listen(Predicate<Hook> wants, Visit visit) {
        return new Probe() {
            @Override
            public boolean wants(Hook hook) {
                return wants.test(hook);
            }

            @Override
            public void visit(Hook hook, HookValue value) {
                if (wants.test(hook)) {
                    visit.at(hook, value);
                }
            }
        };
    }

    private static Tensor tensor(Map<Hook, Tensor> seen, Hook hook) {
        Tensor tensor = seen.get(hook);
        if (tensor == null) {
            throw new IllegalStateException(hook + " was not visited");
        }
        return tensor;
    }

    private static double mean(Transformer model, Batches.Batch probe, Probe listener) {
        return model.loss(probe.tokens(), probe.targets(), probe.batch(), probe.length(), listener) / probe.counted();
    }

    /** Mean over all rows of {@code count} numbers from {@code first} on. */
    private static float[] mean(Tensor rows, int width, int first, int count) {
        double[] sums = new double[count];
        int n = rows.size() / width;
        for (int row = 0; row < n; row++) {
            for (int i = 0; i < count; i++) {
                sums[i] += rows.data()[rows.offset() + row * width + first + i];
            }
        }
        float[] mean = new float[count];
        for (int i = 0; i < count; i++) {
            mean[i] = (float) (sums[i] / n);
        }
        return mean;
    }

    private static void replace(HookValue z, int batch, int length, int head, float[] by) {
        for (int row = 0; row < batch; row++) {
            for (int position = 0; position < length; position++) {
                for (int i = 0; i < by.length; i++) {
                    z.set(by[i], row, position, head, i);
                }
            }
        }
    }

    /** Mean entropy of the flasks of each head [layers][heads], nats. */
    private static double[][] entropy(Transformer model, Batches.Batch probe) {
        ModelConfig c = model.config();
        double[][] entropy = new double[c.layers()][c.heads()];
        mean(model, probe, listen(hook -> hook.point() == HookPoint.PATTERN, (hook, value) -> {
            Tensor shares = value.copy(); // [b, h, T, T]
            int flasks = probe.batch() * probe.length();
            int perHead = probe.length() * probe.length();
            for (int i = 0; i < shares.size(); i++) {
                double share = shares.data()[shares.offset() + i];
                if (share > 0) {
                    entropy[hook.layer()][i / perHead % c.heads()] -= share * Math.log(share) / flasks;
                }
            }
        }));
        return entropy;
    }

    private static double norm(Tensor states, int width) {
        int n = states.size() / width;
        double sum = 0;
        for (int row = 0; row < n; row++) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                double x = states.data()[states.offset() + row * width + i];
                square += x * x;
            }
            sum += Math.sqrt(square);
        }
        return sum / n;
    }

    /** Mean cross-entropy, as if the pass ended with {@code states} [b, T, d]. */
    private static double lens(Transformer model, Tensor states, Batches.Batch probe) {
        int width = model.config().width();
        int n = states.size() / width;
        double sum = 0;
        for (int from = 0; from < n; from += ROWS) {
            int rows = Math.min(ROWS, n - from);
            Tensor some = Tensor.view(states.data(), states.offset() + from * width, Shape.of(rows, width));
            Tensor logits = model.unembed(some); // [rows, V]
            for (int row = 0; row < rows; row++) {
                int target = probe.targets()[from + row];
                sum += target < 0 ? 0 : crossEntropy(logits, row, target);
            }
        }
        return sum / probe.counted();
    }

    private static double crossEntropy(Tensor logits, int row, int target) {
        int vocabulary = logits.dim(1);
        int at = logits.offset() + row * vocabulary;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            most = Math.max(most, logits.data()[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp(logits.data()[at + i] - most);
        }
        return most + Math.log(sum) - logits.data()[at + target];
    }
}
