package dev.athanor.generate.sample;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The definitions of the samplers, written for reading: what a chain's draws should follow. Without DRY. */
final class NaiveSampler {
    private record Scored(int id, double score) {}

    private final SamplerSettings s;
    private double mu;
    private double adaptiveSum;
    private double adaptiveWeight;

    NaiveSampler(SamplerSettings s) {
        this.s = s;
        this.mu = 2 * s.mirostatTau();
        this.adaptiveSum = s.adaptiveTarget() / (1 - s.adaptiveDecay());
        this.adaptiveWeight = 1 / (1 - s.adaptiveDecay());
    }

    /** [V], summing to 1; where xtc may fall either way, the mean of both. */
    double[] distribution(float[] logits, int[] recent) {
        double[] p = new double[logits.length];
        double often = s.order().contains("xtc") ? s.xtcProbability() : 0;
        for (int way = 0; way < 2; way++) {
            double weight = way == 0 ? 1 - often : often;
            List<Scored> left = chain(logits, recent, way == 1);
            double[] q = softmax(left);
            for (int i = 0; i < q.length; i++) {
                p[left.get(i).id()] += weight * q[i];
            }
        }
        return p;
    }

    /** Learns from a choice as mirostat and adaptive_p do. */
    void learn(float[] logits, int[] recent, int token) {
        List<Scored> left = s.mirostat() > 0 ? chain(logits, recent, false) : steps(logits, recent, false);
        double[] q = softmax(left);
        for (int i = 0; i < q.length; i++) {
            if (left.get(i).id() == token) {
                mu -= s.mirostatEta() * (-Math.log(q[i]) / Math.log(2) - s.mirostatTau());
                adaptiveSum = q[i] + s.adaptiveDecay() * adaptiveSum;
                adaptiveWeight = 1 + s.adaptiveDecay() * adaptiveWeight;
            }
        }
    }

    private static double[] softmax(List<Scored> c) {
        double most = c.stream().mapToDouble(Scored::score).max().orElseThrow();
        double[] p = c.stream().mapToDouble(x -> Math.exp(x.score() - most)).toArray();
        double sum = 0;
        for (double x : p) {
            sum += x;
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }

    private static double entropy(double[] p) {
        double h = 0;
        for (double x : p) {
            h -= x == 0 ? 0 : x * Math.log(x);
        }
        return h;
    }

    private static List<Scored> sorted(List<Scored> c) {
        return c.stream()
                .sorted(Comparator.comparingDouble((Scored x) -> -x.score()).thenComparing(Scored::id))
                .toList();
    }

    private List<Scored> biased(float[] logits) {
        List<Scored> c = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            c.add(new Scored(i, logits[i] + s.logitBias().getOrDefault(i, 0.0)));
        }
        return c;
    }

    private List<Scored> chain(float[] logits, int[] recent, boolean exclude) {
        if (s.mirostat() > 0) {
            List<Scored> c = sorted(divide(biased(logits), s.temperature()));
            return s.mirostat() == 1 ? c.subList(0, zipf(c, logits.length)) : c.subList(0, unsurprising(c));
        }
        List<Scored> c = steps(logits, recent, exclude);
        return s.order().contains("adaptive_p") && s.adaptiveTarget() >= 0 ? adapt(c) : c;
    }

    private List<Scored> steps(float[] logits, int[] recent, boolean exclude) {
        List<Scored> c = biased(logits);
        for (String name : s.order()) {
            c = step(name, sorted(c), recent, exclude);
        }
        return c;
    }

    private List<Scored> step(String name, List<Scored> c, int[] recent, boolean exclude) {
        return switch (name) {
            case "penalties" -> penalise(c, recent);
            case "top_n_sigma" -> s.topNSigma() > 0 ? sigma(c) : c;
            case "top_k" -> s.topK() > 0 ? c.subList(0, Math.min(s.topK(), c.size())) : c;
            case "typ_p" -> s.typicalP() < 1 ? typical(c) : c;
            case "top_p" -> s.topP() < 1 ? nucleus(c, s.topP()) : c;
            case "min_p" -> {
                double[] p = softmax(c);
                yield c.stream().filter(x -> p[c.indexOf(x)] >= s.minP() * p[0]).toList();
            }
            case "xtc" -> {
                double[] p = softmax(c);
                int likely = (int) c.stream()
                        .filter(x -> p[c.indexOf(x)] >= s.xtcThreshold())
                        .count();
                boolean on = exclude && s.xtcThreshold() <= 0.5 && likely > 1;
                yield on ? c.subList(likely - 1, c.size()) : c;
            }
            case "temperature" -> heat(c);
            default -> c;
        };
    }

    private List<Scored> penalise(List<Scored> c, int[] recent) {
        Map<Integer, Integer> counts = new TreeMap<>();
        int from = s.repeatLastN() < 0 ? 0 : Math.max(0, recent.length - s.repeatLastN());
        for (int i = from; i < recent.length; i++) {
            counts.merge(recent[i], 1, Integer::sum);
        }
        return c.stream()
                .map(x -> {
                    int n = counts.getOrDefault(x.id(), 0);
                    if (n == 0) {
                        return x;
                    }
                    double r = x.score() > 0 ? x.score() / s.repeatPenalty() : x.score() * s.repeatPenalty();
                    return new Scored(x.id(), r - n * s.frequencyPenalty() - s.presencePenalty());
                })
                .toList();
    }

    private List<Scored> sigma(List<Scored> c) {
        double mean = c.stream()
                .mapToDouble(Scored::score)
                .filter(Double::isFinite)
                .average()
                .orElseThrow();
        double variance = c.stream()
                .mapToDouble(Scored::score)
                .filter(Double::isFinite)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        double least = c.getFirst().score() - s.topNSigma() * Math.sqrt(variance);
        return c.stream()
                .map(x -> x.score() < least ? new Scored(x.id(), Double.NEGATIVE_INFINITY) : x)
                .toList();
    }

    private static List<Scored> nucleus(List<Scored> c, double mass) {
        double[] p = softmax(c);
        double sum = 0;
        int n = 0;
        while (n < c.size() && (n == 0 || sum < mass)) {
            sum += p[n++];
        }
        return c.subList(0, n);
    }

    private List<Scored> typical(List<Scored> c) {
        double[] p = softmax(c);
        double h = entropy(p);
        List<Scored> near = c.stream()
                .sorted(Comparator.comparingDouble((Scored x) -> Math.abs(-Math.log(p[c.indexOf(x)]) - h)))
                .toList();
        List<Scored> kept = new ArrayList<>();
        double sum = 0;
        for (Scored x : near) {
            if (sum > s.typicalP()) {
                break;
            }
            kept.add(x);
            sum += p[c.indexOf(x)];
        }
        return kept;
    }

    private List<Scored> heat(List<Scored> c) {
        if (s.dynatempRange() == 0) {
            return divide(c, s.temperature());
        }
        double share = c.size() == 1 ? 0 : entropy(softmax(c)) / Math.log(c.size());
        double least = Math.max(0, s.temperature() - s.dynatempRange());
        double most = s.temperature() + s.dynatempRange();
        double t = least + (most - least) * Math.pow(share, s.dynatempExponent());
        return t > 0 ? divide(c, t) : c.subList(0, 1);
    }

    private static List<Scored> divide(List<Scored> c, double t) {
        return c.stream().map(x -> new Scored(x.id(), x.score() / t)).toList();
    }

    private int zipf(List<Scored> c, int vocabulary) {
        double[] p = softmax(c);
        double tb = 0;
        double tt = 0;
        for (int i = 0; i < Math.min(99, p.length - 1); i++) {
            double t = Math.log((i + 2.0) / (i + 1));
            tb += t * Math.log(p[i] / p[i + 1]);
            tt += t * t;
        }
        double exponent = tb / tt;
        double e = exponent - 1;
        double k = Math.pow(e * Math.pow(2, mu) / (1 - Math.pow(vocabulary, -e)), 1 / exponent);
        return Math.clamp((long) k, 1, p.length);
    }

    private int unsurprising(List<Scored> c) {
        double[] p = softmax(c);
        int n = 0;
        while (n < p.length && -Math.log(p[n]) / Math.log(2) <= mu) {
            n++;
        }
        return Math.max(1, n);
    }

    private List<Scored> adapt(List<Scored> c) {
        double[] p = softmax(c);
        double aim = Math.clamp(2 * s.adaptiveTarget() - adaptiveSum / adaptiveWeight, 0, 1);
        List<Scored> bent = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            double d = Math.abs(p[i] - aim) / 0.3;
            double score = Double.isFinite(c.get(i).score()) ? 5 - 10 * d * d / (1 + d) : Double.NEGATIVE_INFINITY;
            bent.add(new Scored(c.get(i).id(), score));
        }
        return bent;
    }
}
