package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Rows of quantised numbers laid out for reading sixteen rows at once, a lane to each: as a file has them they would
 * keep the registers busy with unpacking, and memory waiting.
 *
 * <pre>
 * words   [rows / 16][words of a group][groups][16]   int    four numbers of a row in eight bits each (Q8_0, and Q6_K
 *                                                            times four), or eight in four bits (Q4_0, Q4_K)
 * scales  [rows / 16][blocks][1 or 2][16]             F32    d, or d and dmin (Q4_K), of a block of the file
 * steps   [rows / 16][groups][1 or 2][16]             bytes  the scale (Q6_K), or scale and minimum (Q4_K), of a group
 * </pre>
 *
 * <p>A group are the {@link #groupOf} columns that share a scale; its words lie apart, so that reading group after
 * group reads four or eight places at once, each from one line to the next: memory's own foresight goes some lines
 * ahead in each place, and is not far enough ahead in a single one.
 *
 * <p>Byte j of a word, in rotation by 8 j, stands in bits 15 to 22: or-ed to the bits of 1f it is the mantissa of 1 + b
 * / 256, a float without a conversion. Of four bits the lower ones are 1 + q / 256 there, the upper ones 1 + q / 16.
 * Stored numbers stand without a sign, bias(type) above what they mean. Missing rows of the last sixteen are zeros.
 * Scales are F32 because those of Q6_K are usually subnormal in F16, where every conversion with integers has an
 * exception. No number is rounded; what {@link InterleavedDots} makes of them is defined there.
 */
public final class Interleaved {
    /** Rows read at once. */
    public static final int ROWS = 16;

    /** Bits by which a word is turned, so that its first byte stands at the top of a mantissa. */
    static final int TURNED = 15;

    /** The bits of 1f. */
    static final int ONE = 0x3f800000;

    private static final long LOWER_HALVES = 0x0f0f0f0f0f0f0f0fL;

    final DType type;
    final int columns;
    final int[] words;
    final float[] scales;
    final byte[] steps;
    private final int rows;
    private volatile boolean finite = true;

    private Interleaved(DType type, int rows, int columns) {
        this.type = type;
        this.rows = rows;
        this.columns = columns;
        int padded = groups() * ROWS;
        words = new int[Math.multiplyExact(padded, columns / perWord(type))];
        scales = new float[padded * (columns / type.blockElements()) * (type == DType.Q4_K ? 2 : 1)];
        int perGroup = type == DType.Q4_K ? 2 : type == DType.Q6_K ? 1 : 0;
        // a register narrower than sixteen floats reads bytes past its own
        steps = new byte[padded * (columns / groupOf(type)) * perGroup + ROWS];
    }

    /** Whether stored matrices of this type are laid out so. */
    public static boolean has(DType type) {
        return switch (type) {
            case Q4_0, Q4_K, Q8_0, Q6_K -> true;
            default -> false;
        };
    }

    /** Columns that share a scale. */
    static int groupOf(DType type) {
        return type == DType.Q6_K ? 16 : 32;
    }

    /** Numbers in one word. */
    static int perWord(DType type) {
        return type == DType.Q4_0 || type == DType.Q4_K ? 8 : 4;
    }

    /** Words of a group. */
    int wordsOfGroup() {
        return groupOf(type) / perWord(type);
    }

    /** Where word {@code word} of the {@code g}th group of columns begins in {@link #words}. */
    int line(int group, int word, int g) {
        return ((group * wordsOfGroup() + word) * (columns / groupOf(type)) + g) * ROWS;
    }

    /** What is stored for zero, before a minimum is taken off. */
    static float bias(DType type) {
        return switch (type) {
            case Q4_0 -> 8f;
            case Q8_0 -> 128f;
            case Q6_K -> 32f;
            default -> 0f;
        };
    }

    /** Room for [rows, columns], to be filled group by group. */
    public static Interleaved room(DType type, int rows, int columns) {
        if (!has(type) || columns % type.blockElements() != 0) {
            throw new IllegalArgumentException("interleaved rows: expected Q4_0, Q4_K, Q8_0 or Q6_K in whole blocks, "
                    + "found " + type + " with " + columns + " columns");
        }
        return new Interleaved(type, rows, columns);
    }

    /** Bytes that [rows, columns] would take. */
    public static long bytes(DType type, int rows, int columns) {
        long numbers = (long) (rows + ROWS - 1) / ROWS * ROWS * columns;
        return numbers / perWord(type) * Integer.BYTES
                + numbers / 8; // scales take an eighth of a byte a number at most
    }

    /** Groups of sixteen rows. */
    public int groups() {
        return (rows + ROWS - 1) / ROWS;
    }

    /** Numbers of one row. */
    public int columns() {
        return columns;
    }

    /** Whether every scale read so far is a finite number; with others the layout must not be used. */
    public boolean finite() {
        return finite;
    }

    /**
     * Lays out rows {@code first} to {@code first + 15} of the stored ones as group {@code group}; groups may be filled
     * on different threads.
     */
    public void fill(MemorySegment bytes, int first, int group) {
        long rowBytes = type.bytes(columns);
        int blocks = columns / type.blockElements();
        int count = (int) Math.min(ROWS, bytes.byteSize() / rowBytes - first);
        for (int lane = 0; lane < count; lane++) {
            for (int block = 0; block < blocks; block++) {
                long from = (first + lane) * rowBytes + (long) block * type.blockBytes();
                switch (type) {
                    case Q4_0 -> fillQ40(bytes, from, group, block, lane);
                    case Q4_K -> fillQ4K(bytes, from, group, block, lane);
                    case Q8_0 -> fillQ80(bytes, from, group, block, lane);
                    case Q6_K -> fillQ6K(bytes, from, group, block, lane);
                    default -> throw Spans.unreadable(type);
                }
            }
        }
    }

    private void fillQ40(MemorySegment bytes, long from, int group, int block, int lane) {
        scale((group * (columns / 32) + block) * ROWS + lane, LittleEndian.half(bytes, from));
        for (int i = 0; i < 2; i++) {
            long eight = bytes.get(LittleEndian.LONG, from + 2 + 8L * i);
            put(group, i, block, lane, (int) Long.compress(eight, LOWER_HALVES));
            put(group, 2 + i, block, lane, (int) Long.compress(eight, ~LOWER_HALVES));
        }
    }

    private void fillQ4K(MemorySegment bytes, long from, int group, int block, int lane) {
        int at = group * (columns / 256) + block;
        scale(at * 2 * ROWS + lane, LittleEndian.half(bytes, from));
        scale((at * 2 + 1) * ROWS + lane, LittleEndian.half(bytes, from + 2));
        long eightScales = Q4KBlocks.scales(bytes, from);
        long minima = Q4KBlocks.minima(bytes, from);
        for (int g = 0; g < Q4KBlocks.GROUPS; g++) {
            int to = (at * Q4KBlocks.GROUPS + g) * 2 * ROWS + lane;
            steps[to] = (byte) (eightScales >> 8 * g);
            steps[to + ROWS] = (byte) (minima >> 8 * g);
        }
        for (int g = 0; g < Q4KBlocks.GROUPS; g += 2) {
            for (int i = 0; i < 4; i++) {
                long eight = bytes.get(LittleEndian.LONG, from + Q4KBlocks.QUANTS + g * 16L + 8L * i);
                put(group, i, block * Q4KBlocks.GROUPS + g, lane, (int) Long.compress(eight, LOWER_HALVES));
                put(group, i, block * Q4KBlocks.GROUPS + g + 1, lane, (int) Long.compress(eight, ~LOWER_HALVES));
            }
        }
    }

    private void fillQ80(MemorySegment bytes, long from, int group, int block, int lane) {
        scale((group * (columns / 32) + block) * ROWS + lane, LittleEndian.half(bytes, from));
        for (int i = 0; i < 8; i++) {
            put(group, i, block, lane, bytes.get(LittleEndian.INT, from + 2 + 4 * i) ^ 0x80808080);
        }
    }

    private void fillQ6K(MemorySegment bytes, long from, int group, int block, int lane) {
        int at = group * (columns / 256) + block;
        scale(at * ROWS + lane, LittleEndian.half(bytes, from + Q6KBlocks.SCALE));
        for (int g = 0; g < Q6KBlocks.GROUPS; g++) {
            steps[(at * Q6KBlocks.GROUPS + g) * ROWS + lane] =
                    (byte) LittleEndian.signed(bytes, from + Q6KBlocks.SCALES + g);
        }
        for (int i = 0; i < 64; i++) {
            int half = i / 32;
            int row = i / 8 % 4;
            int word = i % 8 * 4;
            int low = bytes.get(LittleEndian.INT, from + half * 64 + row % 2 * 32 + word) >>> row / 2 * 4;
            int high = bytes.get(LittleEndian.INT, from + Q6KBlocks.HIGH + half * 32 + word) >>> 2 * row;
            int q = low & 0x0f0f0f0f | (high & 0x03030303) << 4;
            put(group, i % 4, block * Q6KBlocks.GROUPS + i / 4, lane, q << 2);
        }
    }

    private void put(int group, int word, int g, int lane, int numbers) {
        words[line(group, word, g) + lane] = Integer.rotateLeft(numbers, TURNED);
    }

    private void scale(int to, float scale) {
        scales[to] = scale;
        if (!Float.isFinite(scale)) {
            finite = false;
        }
    }
}
