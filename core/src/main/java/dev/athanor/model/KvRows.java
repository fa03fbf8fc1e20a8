package dev.athanor.model;

import dev.athanor.kernel.HalfRows;
import dev.athanor.kernel.HeadRows;
import dev.athanor.kernel.HeadView;
import dev.athanor.kernel.Q8Rows;
import dev.athanor.kernel.StoredNumbers;

/**
 * The keys or the values of one layer in memory, a head's rows one behind the other [kvHeads, room, headSize]:
 * attention goes through one head at a time, and memory gives its bandwidth to those who read from end to end.
 */
abstract sealed class KvRows {
    private final int heads;
    private final int size;
    private final int room;

    private KvRows(int heads, int size, int room) {
        this.heads = heads;
        this.size = size;
        this.room = room;
    }

    /** With room for {@code room} rows. */
    static KvRows of(KvType type, int heads, int size, int room) {
        int numbers = Math.multiplyExact(Math.multiplyExact(room, heads), size);
        return switch (type) {
            case F32 -> new Floats(heads, size, room, new float[numbers]);
            case F16 -> new Halves(heads, size, room, new short[numbers], false);
            case BF16 -> new Halves(heads, size, room, new short[numbers], true);
            case Q8_0 -> new Bytes(heads, size, room, new byte[numbers], new short[numbers / Q8Rows.BLOCK]);
        };
    }

    /** Numbers from {@code from} on to those from {@code to} on of another one of the same type, or of this one. */
    abstract void copy(int from, KvRows target, int to, int count);

    /** Stores a row of one head. */
    abstract void put(float[] in, int io, int to, int count);

    abstract HeadRows view();

    final int headStride() {
        return room * size;
    }

    /** Copies the first {@code count} rows of every head to {@code target}, which has other room. */
    final void copyRows(KvRows target, int count) {
        for (int head = 0; head < heads; head++) {
            copy(head * headStride(), target, head * target.headStride(), count * size);
        }
    }

    /** Moves rows {@code first … first + count - 1} of every head to its beginning. */
    final void move(int first, int count) {
        for (int head = 0; head < heads; head++) {
            copy(head * headStride() + first * size, this, head * headStride(), count * size);
        }
    }

    /** Stores row {@code from} of {@code rows} as row {@code to}. */
    final void put(HeadView rows, int from, int to) {
        for (int head = 0; head < heads; head++) {
            put(rows.data(), rows.at(from, head), head * headStride() + to * size, size);
        }
    }

    private static final class Floats extends KvRows {
        private final float[] data;
        private final HeadView view;

        Floats(int heads, int size, int room, float[] data) {
            super(heads, size, room);
            this.data = data;
            this.view = new HeadView(data, 0, size, headStride());
        }

        @Override
        void copy(int from, KvRows target, int to, int count) {
            System.arraycopy(data, from, ((Floats) target).data, to, count);
        }

        @Override
        void put(float[] in, int io, int to, int count) {
            System.arraycopy(in, io, data, to, count);
        }

        @Override
        HeadRows view() {
            return view;
        }
    }

    private static final class Halves extends KvRows {
        private final short[] data;
        private final boolean brain;
        private final HalfRows view;

        Halves(int heads, int size, int room, short[] data, boolean brain) {
            super(heads, size, room);
            this.data = data;
            this.brain = brain;
            this.view = new HalfRows(data, headStride(), brain);
        }

        @Override
        void copy(int from, KvRows target, int to, int count) {
            System.arraycopy(data, from, ((Halves) target).data, to, count);
        }

        @Override
        void put(float[] in, int io, int to, int count) {
            if (brain) {
                StoredNumbers.toBf16(in, io, data, to, count);
            } else {
                StoredNumbers.toF16(in, io, data, to, count);
            }
        }

        @Override
        HeadRows view() {
            return view;
        }
    }

    private static final class Bytes extends KvRows {
        private final byte[] quants;
        private final short[] scales;
        private final Q8Rows view;

        Bytes(int heads, int size, int room, byte[] quants, short[] scales) {
            super(heads, size, room);
            this.quants = quants;
            this.scales = scales;
            this.view = new Q8Rows(quants, scales, headStride());
        }

        @Override
        void copy(int from, KvRows target, int to, int count) {
            Bytes other = (Bytes) target;
            System.arraycopy(quants, from, other.quants, to, count);
            System.arraycopy(scales, from / Q8Rows.BLOCK, other.scales, to / Q8Rows.BLOCK, count / Q8Rows.BLOCK);
        }

        @Override
        void put(float[] in, int io, int to, int count) {
            StoredNumbers.toQ8(in, io, quants, scales, to / Q8Rows.BLOCK, count / Q8Rows.BLOCK);
        }

        @Override
        HeadRows view() {
            return view;
        }
    }
}
