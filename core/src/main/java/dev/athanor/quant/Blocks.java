package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/** Reads and writes stored numbers: floating-point ones of every width and ggml's quantised blocks. */
public final class Blocks {
    private Blocks() {}

    /**
     * Reads numbers {@code first … first + count - 1} of row-major stored ones, which may begin and end inside a block,
     * into {@code out[oo], out[oo + 1] …}. Nothing is allocated.
     *
     * @param type F64, F32, F16, BF16 or a quantised type
     * @param bytes whole blocks of {@code type}, from number 0 on, little-endian
     * @throws IllegalArgumentException for another type, bytes that are not whole blocks, and spans that reach beyond
     *     the bytes or the array
     */
    public static void decode(DType type, MemorySegment bytes, long first, int count, float[] out, int oo) {
        if (type == DType.F32) { // copied, without the classes of vectors, which a first word would wait for
            Spans.checkReading(type, bytes, first, count, out.length, oo);
            decodeWhole(type, bytes, first * Float.BYTES, count, out, oo);
        } else {
            decode(VectorChoice.VECTORS, type, bytes, first, count, out, oo);
        }
    }

    /** {@link #decode} with or without vectors; the bits are the same. */
    static void decode(boolean vectors, DType type, MemorySegment bytes, long first, int count, float[] out, int oo) {
        Spans.checkReading(type, bytes, first, count, out.length, oo);
        int size = type.blockElements();
        long block = first / size;
        int from = (int) (first - block * size);
        int done = 0;
        if (from > 0) {
            done = Math.min(size - from, count);
            decodeBlock(type, bytes, block * type.blockBytes(), from, from + done, out, oo);
            block++;
        }
        int whole = (count - done) / size;
        if (vectors && VectorBlocks.reads(type)) {
            VectorBlocks.decode(type, bytes, block * type.blockBytes(), whole, out, oo + done);
        } else {
            decodeWhole(type, bytes, block * type.blockBytes(), whole, out, oo + done);
        }
        block += whole;
        done += whole * size;
        if (done < count) {
            decodeBlock(type, bytes, block * type.blockBytes(), 0, count - done, out, oo + done);
        }
    }

    private static void decodeWhole(DType type, MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        switch (type) {
            case F32 -> MemorySegment.copy(bytes, LittleEndian.FLOAT, at, out, oo, blocks);
            case F64 -> decodeF64(bytes, at, blocks, out, oo);
            case F16 -> Halves.decodeF16(bytes, at, blocks, out, oo);
            case BF16 -> Halves.decodeBf16(bytes, at, blocks, out, oo);
            default -> {
                int size = type.blockElements();
                for (int b = 0; b < blocks; b++) {
                    decodeBlock(type, bytes, at + type.bytes((long) b * size), 0, size, out, oo + b * size);
                }
            }
        }
    }

    private static void decodeF64(MemorySegment bytes, long at, int count, float[] out, int oo) {
        for (int i = 0; i < count; i++) {
            out[oo + i] = (float) bytes.get(LittleEndian.DOUBLE, at + 8L * i);
        }
    }

    /** Numbers {@code from … to - 1} of the block at byte {@code at}. */
    private static void decodeBlock(DType type, MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        switch (type) {
            case Q4_0 -> Q4Blocks.decode0(bytes, at, from, to, out, oo);
            case Q4_1 -> Q4Blocks.decode1(bytes, at, from, to, out, oo);
            case Q5_0 -> Q5Blocks.decode0(bytes, at, from, to, out, oo);
            case Q5_1 -> Q5Blocks.decode1(bytes, at, from, to, out, oo);
            case Q8_0 -> Q8Blocks.decode(bytes, at, from, to, out, oo);
            case Q2_K -> Q2KBlocks.decode(bytes, at, from, to, out, oo);
            case Q3_K -> Q3KBlocks.decode(bytes, at, from, to, out, oo);
            case Q4_K -> Q4KBlocks.decode4(bytes, at, from, to, out, oo);
            case Q5_K -> Q4KBlocks.decode5(bytes, at, from, to, out, oo);
            case Q6_K -> Q6KBlocks.decode(bytes, at, from, to, out, oo);
            case IQ4_NL -> Q4Blocks.decodeUneven(bytes, at, from, to, out, oo);
            default -> throw Spans.unreadable(type);
        }
    }

    /**
     * Writes {@code in[io] … in[io + count - 1]}, whole blocks, to {@code out} from byte {@code offset} on.
     *
     * <p>F16 and BF16 round to the nearest number, ties to even; what is too large becomes infinite and NaN stays NaN.
     * The quantised types follow ggml's rules without importance weights: Q8_0 and Q4_0 scale by the number largest in
     * size, Q4_K and Q6_K search the scales that lose least.
     *
     * @param type F32, F16, BF16, Q8_0, Q4_0, Q4_K or Q6_K
     * @throws IllegalArgumentException for another type, a count that is not whole blocks, spans that reach beyond the
     *     array or the bytes, and, for a quantised type, numbers that are not finite or too large for its scales; then
     *     nothing was written
     */
    public static void encode(DType type, float[] in, int io, int count, MemorySegment out, long offset) {
        Spans.checkWriting(type, in.length, io, count, out, offset);
        if (type.quantised()) {
            Spans.checkNumbers(type, in, io, count);
        }
        switch (type) {
            case F32 -> MemorySegment.copy(in, io, out, LittleEndian.FLOAT, offset, count);
            case F16 -> Halves.encodeF16(in, io, count, out, offset);
            case BF16 -> Halves.encodeBf16(in, io, count, out, offset);
            case Q8_0 -> {
                for (int i = 0; i < count; i += type.blockElements()) {
                    Q8Blocks.encode(in, io + i, out, offset + type.bytes(i));
                }
            }
            case Q4_0 -> {
                for (int i = 0; i < count; i += type.blockElements()) {
                    Q4Blocks.encode0(in, io + i, out, offset + type.bytes(i));
                }
            }
            case Q4_K -> {
                Q4KWriter writer = new Q4KWriter();
                for (int i = 0; i < count; i += type.blockElements()) {
                    writer.encode(in, io + i, out, offset + type.bytes(i));
                }
            }
            case Q6_K -> {
                Q6KWriter writer = new Q6KWriter();
                for (int i = 0; i < count; i += type.blockElements()) {
                    writer.encode(in, io + i, out, offset + type.bytes(i));
                }
            }
            default -> throw Spans.unwritable(type);
        }
    }
}
