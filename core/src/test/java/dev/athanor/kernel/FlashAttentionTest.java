package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.kernel.FlashAttention.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class FlashAttentionTest {
    private static final long SEED = 1_707;
    private static final Compute FAST = Compute.create(2);
    private static final Compute REFERENCE = Compute.scalar(1);

    @AfterAll
    static void close() {
        FAST.close();
        REFERENCE.close();
    }

    private static Layout layout(
            int batch, int queries, int keys, int first, int window, int heads, int kvHeads, int size) {
        return new Layout(batch, queries, keys, first, window, heads, kvHeads, size, (float) (1 / Math.sqrt(size)));
    }

    private static final Layout[] LAYOUTS = {
        layout(1, 1, 1, 0, Integer.MAX_VALUE, 1, 1, 4),
        layout(2, 7, 7, 0, Integer.MAX_VALUE, 4, 2, 8),
        layout(1, 130, 130, 0, Integer.MAX_VALUE, 2, 1, 16),
        layout(1, 300, 300, 0, Integer.MAX_VALUE, 1, 1, 20),
        layout(2, 200, 200, 0, 8, 2, 2, 8),
        layout(1, 290, 290, 0, 140, 1, 1, 8),
        layout(1, 1, 270, 269, Integer.MAX_VALUE, 4, 2, 8),
        layout(1, 5, 140, 135, 20, 2, 1, 8),
        layout(1, 1, 1300, 1299, Integer.MAX_VALUE, 8, 1, 8),
        layout(1, 40, 1100, 1060, 600, 8, 1, 4),
        layout(1, 9, 700, 691, Integer.MAX_VALUE, 2, 2, 64),
    };

    /** All operands of one attention. */
    private record Operands(Layout l, float[] q, float[] k, float[] v, float[] dz) {
        static Operands random(Layout l, SplittableRandom random) {
            int rows = l.batch() * l.queries();
            int keyRows = l.batch() * l.keys();
            return new Operands(
                    l,
                    fill(random, rows * l.heads() * l.headSize()),
                    fill(random, keyRows * l.kvHeads() * l.headSize()),
                    fill(random, keyRows * l.kvHeads() * l.headSize()),
                    fill(random, rows * l.heads() * l.headSize()));
        }

        HeadView queries(float[] x) {
            return new HeadView(x, 0, l.heads() * l.headSize(), l.headSize());
        }

        HeadView keys(float[] x) {
            return new HeadView(x, 0, l.kvHeads() * l.headSize(), l.headSize());
        }
    }

    private record Results(float[] z, float[] dq, float[] dk, float[] dv) {}

    private static Results run(Compute compute, Operands o) {
        Layout l = o.l;
        float[] z = new float[o.q.length];
        float[] lse = new float[l.batch() * l.heads() * l.queries()];
        compute.attention().forward(l, o.queries(o.q), o.keys(o.k), o.keys(o.v), o.queries(z), lse);
        Results r = new Results(z, new float[o.q.length], new float[o.k.length], new float[o.v.length]);
        compute.attention()
                .backward(
                        l,
                        o.queries(o.q),
                        o.keys(o.k),
                        o.keys(o.v),
                        o.queries(z),
                        lse,
                        o.queries(o.dz),
                        o.queries(r.dq),
                        o.keys(r.dk),
                        o.keys(r.dv));
        return r;
    }

    @Test
    void agreesWithSoftmaxOfScoresTimesValuesInDouble() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (Layout l : LAYOUTS) {
            Operands o = Operands.random(l, random);
            Results r = run(FAST, o);
            double[][] exact = exact(o);
            String where = "seed " + SEED + " " + l;
            // Inputs are below 1: scores, shares and sums lose a few ulp per key, and gradients add up to 300 queries.
            close(exact[0], r.z, 4e-6, "z " + where);
            close(exact[1], r.dq, 2e-5, "dq " + where);
            close(exact[2], r.dk, 2e-5, "dk " + where);
            close(exact[3], r.dv, 2e-5, "dv " + where);
        }
    }

    @Test
    void scalarAndVectorProvidersGiveTheSameBits() {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (Layout l : LAYOUTS) {
            Operands o = Operands.random(l, random);
            Results fast = run(FAST, o);
            Results reference = run(REFERENCE, o);
            assertArrayEquals(reference.z, fast.z, "z " + l);
            assertArrayEquals(reference.dq, fast.dq, "dq " + l);
            assertArrayEquals(reference.dk, fast.dk, "dk " + l);
            assertArrayEquals(reference.dv, fast.dv, "dv " + l);
        }
    }

    @Test
    void textsTogetherHaveTheBitsTheyHaveAlone() {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        List<Layout> layouts = List.of(
                layout(1, 3, 1030, 1027, Integer.MAX_VALUE, 4, 2, 64),
                layout(1, 1, 5, 4, Integer.MAX_VALUE, 4, 2, 64),
                layout(1, 200, 200, 0, Integer.MAX_VALUE, 4, 2, 64));
        List<Operands> texts =
                layouts.stream().map(l -> Operands.random(l, random)).toList();
        int width = 4 * 64;
        int rows = layouts.stream().mapToInt(Layout::queries).sum();
        float[] q = new float[rows * width];
        int at = 0;
        for (Operands o : texts) {
            System.arraycopy(o.q, 0, q, at, o.q.length);
            at += o.q.length;
        }
        float[] z = new float[q.length];
        float[] lse = new float[rows * 4];
        FAST.attention()
                .forwardEach(
                        layouts,
                        new HeadView(q, 0, width, 64),
                        texts.stream().map(o -> o.keys(o.k)).toList(),
                        texts.stream().map(o -> o.keys(o.v)).toList(),
                        new HeadView(z, 0, width, 64),
                        lse);
        at = 0;
        for (Operands o : texts) {
            float[] alone = new float[o.q.length];
            float[] saved = new float[o.l.queries() * 4];
            FAST.attention().forward(o.l, o.queries(o.q), o.keys(o.k), o.keys(o.v), o.queries(alone), saved);
            assertArrayEquals(alone, Arrays.copyOfRange(z, at * width, (at + o.l.queries()) * width), "z " + o.l);
            assertArrayEquals(saved, Arrays.copyOfRange(lse, at * 4, (at + o.l.queries()) * 4), "lse " + o.l);
            at += o.l.queries();
        }
    }

    @Test
    void aQueryHasTheSameBitsInABlockOfManyAndAlone() {
        Operands o = Operands.random(layout(1, 70, 1100, 1030, 700, 4, 2, 32), new SplittableRandom(SEED + 3));
        float[] all = new float[o.q.length];
        FAST.attention().forward(o.l, o.queries(o.q), o.keys(o.k), o.keys(o.v), o.queries(all), new float[4 * 70]);
        for (int i : new int[] {0, 35, 69}) {
            float[] one = new float[4 * 32];
            Layout alone = layout(1, 1, 1030 + i + 1, 1030 + i, 700, 4, 2, 32);
            HeadView q = new HeadView(o.q, i * 4 * 32, 4 * 32, 32);
            FAST.attention().forward(alone, q, o.keys(o.k), o.keys(o.v), o.queries(one), new float[4]);
            assertArrayEquals(Arrays.copyOfRange(all, i * 128, (i + 1) * 128), one, "query " + i + " seed " + SEED);
        }
    }

    @Test
    void storedTypesGiveTheBitsOfTheirNumbersInF32() {
        Layout l = layout(1, 3, 700, 697, Integer.MAX_VALUE, 4, 2, 64);
        Operands o = Operands.random(l, new SplittableRandom(SEED + 4));
        int numbers = o.k.length; // as heads of 700 rows, one behind the other
        short[] halves = new short[numbers];
        short[] brains = new short[numbers];
        byte[] quants = new byte[numbers];
        short[] scales = new short[numbers / 32];
        StoredNumbers.toF16(o.k, 0, halves, 0, numbers);
        StoredNumbers.toBf16(o.k, 0, brains, 0, numbers);
        StoredNumbers.toQ8(o.k, 0, quants, scales, 0, numbers / 32);
        int stride = 700 * 64;
        for (HeadRows stored : List.of(
                new HalfRows(halves, stride, false),
                new HalfRows(brains, stride, true),
                new Q8Rows(quants, scales, stride))) {
            float[] plain = new float[numbers];
            for (int head = 0; head < 2; head++) {
                stored.read(REFERENCE.kernels(), 0, 700, head, 64, plain, head * stride);
            }
            HeadView view = new HeadView(plain, 0, 64, stride);
            float[] expected = new float[o.q.length];
            float[] found = new float[o.q.length];
            REFERENCE.attention().forward(l, o.queries(o.q), view, view, o.queries(expected), new float[12]);
            FAST.attention().forward(l, o.queries(o.q), stored, stored, o.queries(found), new float[12]);
            assertArrayEquals(expected, found, stored.getClass().getSimpleName() + " seed " + SEED);
        }
    }

    @Test
    void hugeScoresNeitherOverflowNorVanish() {
        Layout l = layout(1, 3, 3, 0, Integer.MAX_VALUE, 1, 1, 4);
        float[] big = new float[12];
        Arrays.fill(big, 1e4f);
        float[] v = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        Operands o = new Operands(l, big, big, v, new float[12]);
        Results r = run(FAST, o);
        assertArrayEquals(new float[] {1, 2, 3, 4, 3, 4, 5, 6, 5, 6, 7, 8}, r.z, 1e-5f);
    }

    private static double[][] exact(Operands o) {
        Layout l = o.l;
        double[][] out = {new double[o.q.length], new double[o.q.length], new double[o.k.length], new double[o.v.length]
        };
        for (int b = 0; b < l.batch(); b++) {
            for (int h = 0; h < l.heads(); h++) {
                for (int i = 0; i < l.queries(); i++) {
                    exactQuery(o, b, h, i, out);
                }
            }
        }
        return out;
    }

    private static void exactQuery(Operands o, int b, int h, int i, double[][] out) {
        Layout l = o.l;
        int size = l.headSize();
        int kvHead = h / (l.heads() / l.kvHeads());
        int q = o.queries(o.q).at(b * l.queries() + i, h);
        int position = l.firstPosition() + i;
        int from = (int) Math.max(0, (long) position + 1 - l.window());
        double[] share = new double[position + 1];
        double sum = 0;
        for (int j = from; j <= position; j++) {
            int k = o.keys(o.k).at(b * l.keys() + j, kvHead);
            double score = 0;
            for (int e = 0; e < size; e++) {
                score += (double) o.q[q + e] * o.k[k + e];
            }
            share[j] = Math.exp(score * l.scale());
            sum += share[j];
        }
        double mean = 0;
        double[] slope = new double[position + 1];
        for (int j = from; j <= position; j++) {
            share[j] /= sum;
            int k = o.keys(o.k).at(b * l.keys() + j, kvHead);
            for (int e = 0; e < size; e++) {
                out[0][q + e] += share[j] * o.v[k + e];
                out[3][k + e] += share[j] * o.dz[q + e];
                slope[j] += (double) o.dz[q + e] * o.v[k + e];
            }
            mean += share[j] * slope[j];
        }
        for (int j = from; j <= position; j++) {
            double ds = share[j] * (slope[j] - mean) * l.scale();
            int k = o.keys(o.k).at(b * l.keys() + j, kvHead);
            for (int e = 0; e < size; e++) {
                out[1][q + e] += ds * o.k[k + e];
                out[2][k + e] += ds * o.q[q + e];
            }
        }
    }

    private static void close(double[] expected, float[] actual, double tolerance, String what) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance, what + " element " + i);
        }
    }

    private static float[] fill(SplittableRandom random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }
}
