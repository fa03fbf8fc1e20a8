package dev.athanor.model;

import dev.athanor.kernel.HeadView;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Keys (already rotated) and values of every layer for the tokens read so far, so that the next token costs one row of
 * work. Holds one sequence; 2 * layers * kvHeads * headSize floats for each of its tokens, with a sliding window only
 * for those that can still be seen and some before them.
 */
public final class KvCache {
    /** Rows at first; a context may be far longer than the text in it. */
    private static final int FIRST_ROWS = 256;

    /**
     * Rows make way by a multiple of this, which attention's blocks are: each block begins at the same position of the
     * text whenever rows made way, so the bits do not depend on how many tokens came at a time.
     */
    private static final int BLOCK = 128;

    /** Rows kept before a sliding window, so that {@link #truncate} can go back this far, and room for new ones. */
    private static final int MARGIN = 256;

    private final ModelConfig config;
    private final int capacity;
    private final int seen; // rows a new token can look back on
    private final float[][] keys; // [layer][row, kvHeads * headSize]
    private final float[][] values;
    private int rows; // there is room for
    private int first; // position of row 0
    private int length;

    KvCache(ModelConfig config, int capacity) {
        if (capacity < 1 || capacity > config.contextLength()) {
            throw new IllegalArgumentException("KV cache: expected a capacity between 1 and the model's context of "
                    + config.contextLength() + " tokens, found " + capacity);
        }
        this.config = config;
        this.capacity = capacity;
        this.seen = config.slidingWindow().orElse(Integer.MAX_VALUE) - 1;
        this.keys = new float[config.layers()][0];
        this.values = new float[config.layers()][0];
    }

    /** A cache of {@code length} tokens whose keys and values [1, T, kvHeads, headSize] are known. */
    static KvCache of(ModelConfig config, int capacity, List<Tensor> keys, List<Tensor> values, int length) {
        KvCache cache = new KvCache(config, capacity);
        cache.grow(Math.max(length, 1));
        for (int layer = 0; layer < config.layers(); layer++) {
            int size = length * config.kvWidth();
            Tensor k = keys.get(layer);
            Tensor v = values.get(layer);
            System.arraycopy(k.data(), k.offset(), cache.keys[layer], 0, size);
            System.arraycopy(v.data(), v.offset(), cache.values[layer], 0, size);
        }
        cache.length = length;
        return cache;
    }

    /** A cache of its own with the first {@code length} tokens of this one, and room for {@code capacity}. */
    public KvCache copy(int length, int capacity) {
        if (first > 0 || length > this.length || length > capacity) {
            throw new IllegalArgumentException("KV cache: expected a beginning of " + this.length
                    + " tokens that are all still there, found " + length);
        }
        KvCache copy = new KvCache(config, capacity);
        copy.grow(Math.max(length, 1));
        int size = length * config.kvWidth();
        for (int layer = 0; layer < config.layers(); layer++) {
            System.arraycopy(keys[layer], 0, copy.keys[layer], 0, size);
            System.arraycopy(values[layer], 0, copy.values[layer], 0, size);
        }
        copy.length = length;
        return copy;
    }

    /** Whether every token read so far is still there, none gone before a sliding window. */
    public boolean whole() {
        return first == 0;
    }

    /** Tokens read so far. */
    public int length() {
        return length;
    }

    /** Most tokens it can hold. */
    public int capacity() {
        return capacity;
    }

    /** Bytes its keys and values take now. */
    public long bytes() {
        return 2L * config.layers() * rows * config.kvWidth() * Float.BYTES;
    }

    /** Rows in memory, of the latest tokens. */
    int held() {
        return length - first;
    }

    /** Whether {@link #truncate} can go back to {@code length} tokens: what they could see is still there. */
    public boolean reaches(int length) {
        return length == 0 || first == 0 || length - first >= seen;
    }

    /** Forgets every token from position {@code length} on. */
    public void truncate(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException(
                    "KV cache: expected to keep between 0 and " + this.length + " tokens, found " + length);
        }
        if (!reaches(length)) {
            throw new IllegalArgumentException("KV cache: expected to keep at least " + (first + seen)
                    + " tokens or none, since those before the sliding window are gone, found " + length);
        }
        this.length = length;
        if (length == 0) {
            first = 0;
        }
    }

    /** Makes room for {@code count} new tokens; what no later token can see makes way. */
    void reserve(int count) {
        int held = held();
        int gone = (int) Math.max(0, held - (long) seen - MARGIN) / BLOCK * BLOCK;
        int keep = held - gone;
        if (keep < held && held + count > rows) {
            int width = config.kvWidth();
            for (int layer = 0; layer < keys.length; layer++) {
                System.arraycopy(keys[layer], (held - keep) * width, keys[layer], 0, keep * width);
                System.arraycopy(values[layer], (held - keep) * width, values[layer], 0, keep * width);
            }
            first += held - keep;
            held = keep;
        }
        if (held + count > rows) {
            int most = (int) Math.min(capacity, (long) seen + 2 * MARGIN + count);
            grow(Math.max(held + count, Math.min(most, Math.max(FIRST_ROWS, rows + rows / 2))));
        }
    }

    private void grow(int more) {
        rows = more;
        int size = Math.multiplyExact(rows, config.kvWidth());
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = Arrays.copyOf(keys[layer], size);
            values[layer] = Arrays.copyOf(values[layer], size);
        }
    }

    /**
     * Copies the keys and values of {@code count} new tokens, rows {@code from} and on, behind those already there;
     * {@link #advance} makes them count.
     */
    void store(int layer, int from, int count, HeadView newKeys, HeadView newValues) {
        int size = config.headSize();
        int held = held();
        for (int row = 0; row < count; row++) {
            for (int head = 0; head < config.kvHeads(); head++) {
                int to = (held + row) * config.kvWidth() + head * size;
                System.arraycopy(newKeys.data(), newKeys.at(from + row, head), keys[layer], to, size);
                System.arraycopy(newValues.data(), newValues.at(from + row, head), values[layer], to, size);
            }
        }
    }

    void advance(int count) {
        length += count;
    }

    HeadView keys(int layer) {
        return new HeadView(keys[layer], 0, config.kvWidth(), config.headSize());
    }

    HeadView values(int layer) {
        return new HeadView(values[layer], 0, config.kvWidth(), config.headSize());
    }
}
