package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Rows of four-bit numbers laid out for reading sixteen rows at once, a lane to each: Q4_0 and Q4_K as a file has them
 * would keep the registers busy with unpacking, and memory waiting.
 *
 * <pre>
 * words   [rows / 16][columns / 8][16]        int    eight numbers of one row, number g in bits 4g … 4g + 3
 * halves  [rows / 16][blocks][1 or 2][16]     F16    d (Q4_0: of 32 numbers), or d and dmin (Q4_K: of 256)
 * steps   [rows / 16][columns / 32][2][16]    bytes  scale and minimum of 32 numbers (Q4_K)
 * </pre>
 *
 * <p>Missing rows of the last sixteen are zeros. The numbers are those of the file, none is rounded; what
 * {@link InterleavedDots} makes of them is defined there.
 */
public final class Interleaved {
    /** Rows read at once. */
    public static final int ROWS = 16;

    /** Numbers that share a scale. */
    static final int GROUP = 32;

    private static final long LOWER_HALVES = 0x0f0f0f0f0f0f0f0fL;
    private static final int NOT_FINITE = 0x7c00;

    final DType type;
    final int columns;
    final int[] words;
    final short[] halves;
    final byte[] steps;
    private final int rows;
    private volatile boolean finite = true;

    private Interleaved(DType type, int rows, int columns) {
        this.type = type;
        this.rows = rows;
        this.columns = columns;
        int padded = groups() * ROWS;
        words = new int[Math.multiplyExact(padded, columns / 8)];
        halves = new short[padded * (columns / type.blockElements()) * (type == DType.Q4_K ? 2 : 1)];
        // a register narrower than sixteen floats reads bytes past its own
        steps = new byte[type == DType.Q4_K ? padded * (columns / GROUP) * 2 + ROWS : 0];
    }

    /** Whether stored matrices of this type are laid out so. */
    public static boolean has(DType type) {
        return type == DType.Q4_0 || type == DType.Q4_K;
    }

    /** Room for [rows, columns], to be filled group by group. */
    public static Interleaved room(DType type, int rows, int columns) {
        if (!has(type) || columns % type.blockElements() != 0) {
            throw new IllegalArgumentException("interleaved rows: expected Q4_0 or Q4_K in whole blocks, found " + type
                    + " with " + columns + " columns");
        }
        return new Interleaved(type, rows, columns);
    }

    /** Numbers of one row. */
    public int columns() {
        return columns;
    }

    /** Groups of sixteen rows. */
    public int groups() {
        return (rows + ROWS - 1) / ROWS;
    }

    /** Whether every scale read so far is a finite number; with others the layout must not be used. */
    public boolean finite() {
        return finite;
    }

    /** Lays out group {@code group} of the stored rows {@code bytes}; groups may be filled on different threads. */
    public void fill(MemorySegment bytes, int group) {
        long rowBytes = type.bytes(columns);
        for (int lane = 0; lane < Math.min(ROWS, rows - group * ROWS); lane++) {
            long at = (group * ROWS + lane) * rowBytes;
            int blocks = columns / type.blockElements();
            for (int block = 0; block < blocks; block++) {
                long from = at + (long) block * type.blockBytes();
                if (type == DType.Q4_0) {
                    half((group * blocks + block) * ROWS + lane, bytes.get(LittleEndian.SHORT, from));
                    put(bytes, from + 2, (group * (columns / 8) + block * 4) * ROWS + lane, 2);
                } else {
                    fillQ4K(bytes, from, group, block, lane);
                }
            }
        }
    }

    private void fillQ4K(MemorySegment bytes, long from, int group, int block, int lane) {
        int blocks = columns / type.blockElements();
        int at = (group * blocks + block) * 2 * ROWS + lane;
        half(at, bytes.get(LittleEndian.SHORT, from));
        half(at + ROWS, bytes.get(LittleEndian.SHORT, from + 2));
        long scales = Q4KBlocks.scales(bytes, from);
        long minima = Q4KBlocks.minima(bytes, from);
        for (int g = 0; g < Q4KBlocks.GROUPS; g++) {
            int to = (group * (columns / GROUP) + block * Q4KBlocks.GROUPS + g) * 2 * ROWS + lane;
            steps[to] = (byte) (scales >> 8 * g);
            steps[to + ROWS] = (byte) (minima >> 8 * g);
        }
        for (int pair = 0; pair < 4; pair++) {
            int word = group * (columns / 8) + block * 32 + pair * 8;
            put(bytes, from + Q4KBlocks.QUANTS + pair * 32, word * ROWS + lane, 4);
        }
    }

    /** {@code count} words of lower halves of bytes, then as many of upper ones. */
    private void put(MemorySegment bytes, long at, int to, int count) {
        for (int i = 0; i < count; i++) {
            long eight = bytes.get(LittleEndian.LONG, at + 8L * i);
            words[to + i * ROWS] = (int) Long.compress(eight, LOWER_HALVES);
            words[to + (count + i) * ROWS] = (int) Long.compress(eight, ~LOWER_HALVES);
        }
    }

    private void half(int to, short bits) {
        halves[to] = bits;
        if ((bits & NOT_FINITE) == NOT_FINITE) {
            finite = false;
        }
    }
}
