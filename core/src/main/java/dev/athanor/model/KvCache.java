package dev.athanor.model;

import dev.athanor.kernel.HeadView;

/**
 * Keys (already rotated) and values of every layer for the tokens read so far, so that the next token costs one row of
 * work. Holds one sequence of at most {@link #capacity()} tokens; 2 * layers * capacity * kvHeads * headSize floats.
 */
public final class KvCache {
    private final ModelConfig config;
    private final int capacity;
    private final float[][] keys;
    private final float[][] values;
    private int length;

    KvCache(ModelConfig config, int capacity) {
        if (capacity < 1 || capacity > config.contextLength()) {
            throw new IllegalArgumentException("KV cache: expected a capacity between 1 and the model's context of "
                    + config.contextLength() + " tokens, found " + capacity);
        }
        this.config = config;
        this.capacity = capacity;
        int size = Math.multiplyExact(capacity, config.kvWidth());
        this.keys = new float[config.layers()][size]; // [layer][position, kvHeads * headSize]
        this.values = new float[config.layers()][size];
    }

    /** Tokens read so far. */
    public int length() {
        return length;
    }

    /** Most tokens it can hold. */
    public int capacity() {
        return capacity;
    }

    /** Forgets every token from position {@code length} on. */
    public void truncate(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException(
                    "KV cache: expected to keep between 0 and " + this.length + " tokens, found " + length);
        }
        this.length = length;
    }

    /**
     * Copies the keys and values of {@code rows} new tokens behind those already there; {@link #advance} makes them
     * count.
     */
    void store(int layer, int rows, HeadView newKeys, HeadView newValues) {
        int size = config.headSize();
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < config.kvHeads(); head++) {
                int to = (length + row) * config.kvWidth() + head * size;
                System.arraycopy(newKeys.data(), newKeys.at(row, head), keys[layer], to, size);
                System.arraycopy(newValues.data(), newValues.at(row, head), values[layer], to, size);
            }
        }
    }

    void advance(int rows) {
        length += rows;
    }

    HeadView keys(int layer) {
        return new HeadView(keys[layer], 0, config.kvWidth(), config.headSize());
    }

    HeadView values(int layer) {
        return new HeadView(values[layer], 0, config.kvWidth(), config.headSize());
    }
}
