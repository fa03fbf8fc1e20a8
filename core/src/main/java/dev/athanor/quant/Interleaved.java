package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Rows of quantised numbers laid out for reading sixteen rows at once, a lane to each: as a file has them they would
 * keep the registers busy with unpacking, and memory waiting.
 *
 * <pre>
 * words   [rows / 128][words of a group][8][groups][16]   int    four numbers of a row in eight bits each (Q8_0, Q6_K,
 *                                                            Q5_K), or eight in four bits (Q4_0, Q4_K)
 * scales  [rows / 16][blocks][1 or 2][16]             F32    d, or d and dmin (Q4_K, Q5_K), of a block of the file
 * steps   [rows / 16][groups][1 or 2][16]             bytes  the scale (Q6_K), or scale and minimum (Q4_K, Q5_K), of a
 *                                                            group
 * </pre>
 *
 * <p>The three stand one behind the other in memory of the system, little-endian, each from a multiple of 64 bytes on:
 * a line of sixteen words is one line of the cache, where an array of Java would begin 16 bytes late and have every
 * register read two; and the same bytes can lie in a file.
 *
 * <p>A group are the {@link #groupOf} columns that share a scale; its words lie apart, so that reading group after
 * group reads four or eight places at once, each from one line to the next and over eight sixteens of rows: memory's
 * own foresight goes some lines ahead in each place, is not far enough ahead in a single one, and begins anew where a
 * place ends.
 *
 * <p>The first number of a word stands in its lowest bits. Stored numbers stand without a sign, bias(type) above what
 * they mean. Missing rows of the last sixteen are zeros. Scales are F32 because those of Q6_K are usually subnormal in
 * F16, where every conversion with integers has an exception. No number is rounded; what is made of them is defined in
 * {@link IntegerDots}.
 */
public final class Interleaved {
    /** Number of this layout, for files that keep it; another one is another number. */
    public static final int LAYOUT = 2;

    /** Rows read at once. */
    public static final int ROWS = 16;

    /** Groups of rows whose words lie one behind the other. */
    public static final int TOGETHER = 8;

    /** Where regions begin. */
    public static final int ALIGNMENT = 64;

    /** Bytes of one number for each of sixteen rows. */
    static final int LINE = ROWS * Integer.BYTES;

    private static final long LOWER_HALVES = 0x0f0f0f0f0f0f0f0fL;

    final DType type;
    final int columns;
    final MemorySegment words;
    final MemorySegment scales;
    final MemorySegment steps;
    private final int rows;
    private volatile boolean finite = true;

    private Interleaved(DType type, int rows, int columns, MemorySegment memory) {
        this.type = type;
        this.rows = rows;
        this.columns = columns;
        long scalesFrom = aligned(wordBytes(type, rows, columns));
        long stepsFrom = scalesFrom + aligned(scaleBytes(type, rows, columns));
        words = memory.asSlice(0, scalesFrom);
        scales = memory.asSlice(scalesFrom, stepsFrom - scalesFrom);
        steps = memory.asSlice(stepsFrom);
    }

    /** Whether stored matrices of this type are laid out so. */
    public static boolean has(DType type) {
        return switch (type) {
            case Q4_0, Q4_K, Q5_K, Q8_0, Q6_K -> true;
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

    /** Bits in which a number is stored. */
    static int bitsOf(DType type) {
        return 32 / perWord(type);
    }

    /** Whether groups have a minimum, which is taken off, beside their scale. */
    static boolean minima(DType type) {
        return type == DType.Q4_K || type == DType.Q5_K;
    }

    private static long padded(int rows) {
        return (rows + ROWS - 1L) / ROWS * ROWS;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static long wordBytes(DType type, int rows, int columns) {
        return padded(rows) * (columns / perWord(type)) * Integer.BYTES;
    }

    private static long scaleBytes(DType type, int rows, int columns) {
        return padded(rows) * (columns / type.blockElements()) * (minima(type) ? 2 : 1) * Float.BYTES;
    }

    private static long stepBytes(DType type, int rows, int columns) {
        int perGroup = minima(type) ? 2 : type == DType.Q6_K ? 1 : 0;
        return padded(rows) * (columns / groupOf(type)) * perGroup;
    }

    /** Words of a group. */
    int wordsOfGroup() {
        return groupOf(type) / perWord(type);
    }

    /** The byte at which word {@code word} of the {@code g}th group of columns begins in {@link #words}. */
    long line(int group, int word, int g) {
        int first = group / TOGETHER * TOGETHER;
        return ((long) first * wordsOfGroup() * (columns / groupOf(type)) + g) * LINE
                + (group - first) * (long) (columns / groupOf(type)) * LINE
                + word * stride(group);
    }

    /** Bytes between the words of a group. */
    long stride(int group) {
        int first = group / TOGETHER * TOGETHER;
        return Math.min(TOGETHER, groups() - first) * (long) (columns / groupOf(type)) * LINE;
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

    /** Room for [rows, columns], to be filled group by group; it is given back when nobody has it any more. */
    public static Interleaved room(DType type, int rows, int columns) {
        return over(type, rows, columns, Arena.ofAuto().allocate(bytes(type, rows, columns), ALIGNMENT));
    }

    /**
     * Rows in memory that is given.
     *
     * @param memory {@link #bytes} bytes from a multiple of {@link #ALIGNMENT} on, outside the heap: zeros, to be
     *     filled, or what was filled before
     */
    public static Interleaved over(DType type, int rows, int columns, MemorySegment memory) {
        if (!memory.isNative() || memory.byteSize() != bytes(type, rows, columns)) {
            throw new IllegalArgumentException("interleaved rows " + type + " [" + rows + ", " + columns
                    + "]: expected " + bytes(type, rows, columns) + " bytes outside the heap, found "
                    + memory.byteSize() + (memory.isNative() ? "" : " in it"));
        }
        return new Interleaved(type, rows, columns, memory);
    }

    /** Bytes that [rows, columns] take. */
    public static long bytes(DType type, int rows, int columns) {
        if (!has(type) || columns % type.blockElements() != 0) {
            throw new IllegalArgumentException("interleaved rows: expected Q4_0, Q4_K, Q5_K, Q6_K or Q8_0 in whole "
                    + "blocks, found " + type + " with " + columns + " columns");
        }
        // a register narrower than sixteen floats reads bytes past its own: hence a line more
        return aligned(wordBytes(type, rows, columns))
                + aligned(scaleBytes(type, rows, columns))
                + aligned(stepBytes(type, rows, columns))
                + ALIGNMENT;
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

    /** The scale at place {@code at} of {@link #scales}. */
    float scaleAt(long at) {
        return scales.get(LittleEndian.FLOAT, at * Float.BYTES);
    }

    /** The word of row {@code lane} in line {@code line}. */
    int wordAt(long line, int lane) {
        return words.get(LittleEndian.INT, line + (long) lane * Integer.BYTES);
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
                    case Q4_K, Q5_K -> fillQ4K(bytes, from, group, block, lane);
                    case Q8_0 -> fillQ80(bytes, from, group, block, lane);
                    case Q6_K -> fillQ6K(bytes, from, group, block, lane);
                    default -> throw Spans.unreadable(type);
                }
            }
        }
    }

    private void fillQ40(MemorySegment bytes, long from, int group, int block, int lane) {
        scale(((long) group * (columns / 32) + block) * ROWS + lane, LittleEndian.half(bytes, from));
        for (int i = 0; i < 2; i++) {
            long eight = bytes.get(LittleEndian.LONG, from + 2 + 8L * i);
            put(group, i, block, lane, (int) Long.compress(eight, LOWER_HALVES));
            put(group, 2 + i, block, lane, (int) Long.compress(eight, ~LOWER_HALVES));
        }
    }

    private void fillQ4K(MemorySegment bytes, long from, int group, int block, int lane) {
        long at = (long) group * (columns / 256) + block;
        scale(at * 2 * ROWS + lane, LittleEndian.half(bytes, from));
        scale((at * 2 + 1) * ROWS + lane, LittleEndian.half(bytes, from + 2));
        long eightScales = Q4KBlocks.scales(bytes, from);
        long minima = Q4KBlocks.minima(bytes, from);
        for (int g = 0; g < Q4KBlocks.GROUPS; g++) {
            long to = (at * Q4KBlocks.GROUPS + g) * 2 * ROWS + lane;
            LittleEndian.putByte(steps, to, (int) (eightScales >> 8 * g));
            LittleEndian.putByte(steps, to + ROWS, (int) (minima >> 8 * g));
        }
        for (int g = 0; g < Q4KBlocks.GROUPS; g++) {
            if (type == DType.Q5_K) {
                fiveBits(bytes, from, group, block, g, lane);
            } else {
                fourBits(bytes, from, group, block, g, lane);
            }
        }
    }

    private void fourBits(MemorySegment bytes, long from, int group, int block, int g, int lane) {
        long mask = g % 2 == 0 ? LOWER_HALVES : ~LOWER_HALVES;
        for (int i = 0; i < 4; i++) {
            long eight = bytes.get(LittleEndian.LONG, from + Q4KBlocks.QUANTS + g / 2 * 32L + 8L * i);
            put(group, i, block * Q4KBlocks.GROUPS + g, lane, (int) Long.compress(eight, mask));
        }
    }

    private void fiveBits(MemorySegment bytes, long from, int group, int block, int g, int lane) {
        for (int i = 0; i < 8; i++) {
            int low = bytes.get(LittleEndian.INT, from + Q4KBlocks.QUANTS_5 + g / 2 * 32L + 4L * i) >>> g % 2 * 4;
            int high = bytes.get(LittleEndian.INT, from + Q4KBlocks.QUANTS + 4L * i) >>> g;
            put(group, i, block * Q4KBlocks.GROUPS + g, lane, low & 0x0f0f0f0f | (high & 0x01010101) << 4);
        }
    }

    private void fillQ80(MemorySegment bytes, long from, int group, int block, int lane) {
        scale(((long) group * (columns / 32) + block) * ROWS + lane, LittleEndian.half(bytes, from));
        for (int i = 0; i < 8; i++) {
            int four = bytes.get(LittleEndian.INT, from + 2 + 4 * i) ^ 0x80808080;
            put(group, i, block, lane, four);
        }
    }

    private void fillQ6K(MemorySegment bytes, long from, int group, int block, int lane) {
        long at = (long) group * (columns / 256) + block;
        scale(at * ROWS + lane, LittleEndian.half(bytes, from + Q6KBlocks.SCALE));
        for (int g = 0; g < Q6KBlocks.GROUPS; g++) {
            LittleEndian.putByte(
                    steps,
                    (at * Q6KBlocks.GROUPS + g) * ROWS + lane,
                    LittleEndian.signed(bytes, from + Q6KBlocks.SCALES + g));
        }
        for (int i = 0; i < 64; i++) {
            int half = i / 32;
            int row = i / 8 % 4;
            int word = i % 8 * 4;
            int low = bytes.get(LittleEndian.INT, from + half * 64 + row % 2 * 32 + word) >>> row / 2 * 4;
            int high = bytes.get(LittleEndian.INT, from + Q6KBlocks.HIGH + half * 32 + word) >>> 2 * row;
            put(group, i % 4, block * Q6KBlocks.GROUPS + i / 4, lane, low & 0x0f0f0f0f | (high & 0x03030303) << 4);
        }
    }

    private void put(int group, int word, int g, int lane, int numbers) {
        words.set(LittleEndian.INT, line(group, word, g) + (long) lane * Integer.BYTES, numbers);
    }

    private void scale(long to, float scale) {
        scales.set(LittleEndian.FLOAT, to * Float.BYTES, scale);
        if (!Float.isFinite(scale)) {
            finite = false;
        }
    }
}
