package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link InterleavedDots} with a lane for every row. The loop over words stays a loop: with the 32 products of a group
 * written out the compiler read all of x first, ran out of registers, and took four times as long. It stands in the
 * method of every type, since a helper would have to give it vectors, and those of a helper can be objects
 * ({@link Wide}).
 *
 * <p>A core waits for memory while the next words are still too many instructions away for it to ask for them, and the
 * memory's own foresight goes a few lines ahead in each page it sees used. So a number of every line of the sixteen
 * rows that follow is read on the way, from {@link #STREAMS} places in turn: a quarter more bandwidth in Q8_0, a tenth
 * in Q4_0.
 */
final class VectorInterleavedDots {
    private static final int ROWS = Interleaved.ROWS;

    /** Places read ahead in turn. Of 2, 4 and 8, four were best in Q8_0. */
    private static final int STREAMS = 4;

    private VectorInterleavedDots() {}

    static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        int ahead = Math.min(group + 1, m.groups() - 1);
        for (int lane = 0; lane < ROWS; lane += L) {
            switch (m.type) {
                case Q4_0 -> dotsQ40(m, group, ahead, lane, x, xo, y, yo + lane);
                case Q4_K -> dotsQ4K(m, group, ahead, lane, x, xo, y, yo + lane);
                case Q8_0 -> dotsQ80(m, group, ahead, lane, x, xo, y, yo + lane);
                case Q6_K -> dotsQ6K(m, group, ahead, lane, x, xo, y, yo + lane);
                default -> throw Spans.unreadable(m.type);
            }
        }
    }

    private static void dotsQ40(Interleaved m, int group, int ahead, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int lines = columns / 8;
        int from = group * lines * ROWS + lane;
        int next = ahead * lines * ROWS;
        int stretch = lines / STREAMS;
        int seen = 0;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < lines / 4; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            for (int word = 0; word < 4; word++) {
                int line = g * 4 + word;
                seen ^= words[next + (line % STREAMS * stretch + line / STREAMS) * ROWS];
                IntVector v = IntVector.fromArray(INTS, words, from + line * ROWS);
                int at = xo + line * 8;
                t0 = ((FloatVector) v.and(0xf).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = ((FloatVector) v.and(0xf0).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = ((FloatVector) v.and(0xf00).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = ((FloatVector) v.and(0xf000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                t0 = ((FloatVector) v.and(0xf0000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = ((FloatVector) v.and(0xf00000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                t0 = ((FloatVector) v.and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = ((FloatVector) v.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g])
                    .fma(FloatVector.broadcast(FLOATS, -8f), t0.add(t1));
            sum = FloatVector.fromArray(FLOATS, scales, (group * (columns / 32) + g) * ROWS + lane)
                    .fma(t, sum);
        }
        m.seen = seen;
        sum.intoArray(y, yo);
    }

    private static void dotsQ4K(Interleaved m, int group, int ahead, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int lines = columns / 8;
        int from = group * lines * ROWS + lane;
        int next = ahead * lines * ROWS;
        int stretch = lines / STREAMS;
        int seen = 0;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < lines / 4; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            for (int word = 0; word < 4; word++) {
                int line = g * 4 + word;
                seen ^= words[next + (line % STREAMS * stretch + line / STREAMS) * ROWS];
                IntVector v = IntVector.fromArray(INTS, words, from + line * ROWS);
                int at = xo + line * 8;
                t0 = ((FloatVector) v.and(0xf).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = ((FloatVector) v.and(0xf0).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = ((FloatVector) v.and(0xf00).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = ((FloatVector) v.and(0xf000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                t0 = ((FloatVector) v.and(0xf0000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = ((FloatVector) v.and(0xf00000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                t0 = ((FloatVector) v.and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = ((FloatVector) v.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
            }
            int block = (group * (columns / 256) + g / 8) * 2 * ROWS + lane;
            int step = (group * (columns / 32) + g) * 2 * ROWS + lane;
            FloatVector scale = FloatVector.fromArray(FLOATS, scales, block);
            FloatVector minimum = FloatVector.fromArray(FLOATS, scales, block + ROWS);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(scale)
                    .fma(t0.add(t1), sum);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step + ROWS)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(minimum)
                    .fma(FloatVector.broadcast(FLOATS, -x[xo + columns + g]), sum);
        }
        m.seen = seen;
        sum.intoArray(y, yo);
    }

    private static void dotsQ80(Interleaved m, int group, int ahead, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int lines = columns / 4;
        int from = group * lines * ROWS + lane;
        int next = ahead * lines * ROWS;
        int stretch = lines / STREAMS;
        int seen = 0;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < lines / 8; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            for (int word = 0; word < 8; word++) {
                int line = g * 8 + word;
                seen ^= words[next + (line % STREAMS * stretch + line / STREAMS) * ROWS];
                IntVector v = IntVector.fromArray(INTS, words, from + line * ROWS);
                int at = xo + line * 4;
                t0 = ((FloatVector) v.and(0xff).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = ((FloatVector) v.and(0xff00).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = ((FloatVector) v.and(0xff0000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = ((FloatVector) v.lanewise(LSHR, 24).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g])
                    .fma(FloatVector.broadcast(FLOATS, -128f), t0.add(t1));
            sum = FloatVector.fromArray(FLOATS, scales, (group * (columns / 32) + g) * ROWS + lane)
                    .fma(t, sum);
        }
        m.seen = seen;
        sum.intoArray(y, yo);
    }

    private static void dotsQ6K(Interleaved m, int group, int ahead, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int lines = columns / 4;
        int from = group * lines * ROWS + lane;
        int next = ahead * lines * ROWS;
        int stretch = lines / STREAMS;
        int seen = 0;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < lines / 4; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            for (int word = 0; word < 4; word++) {
                int line = g * 4 + word;
                seen ^= words[next + (line % STREAMS * stretch + line / STREAMS) * ROWS];
                IntVector v = IntVector.fromArray(INTS, words, from + line * ROWS);
                int at = xo + line * 4;
                t0 = ((FloatVector) v.and(0xff).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = ((FloatVector) v.and(0xff00).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = ((FloatVector) v.and(0xff0000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = ((FloatVector) v.lanewise(LSHR, 24).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g])
                    .fma(FloatVector.broadcast(FLOATS, -32f), t0.add(t1));
            FloatVector d = FloatVector.fromArray(FLOATS, scales, (group * (columns / 256) + g / 16) * ROWS + lane);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, (group * (columns / 16) + g) * ROWS + lane)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(d)
                    .fma(t, sum);
        }
        m.seen = seen;
        sum.intoArray(y, yo);
    }
}
