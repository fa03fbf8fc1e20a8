package dev.athanor.model;

import dev.athanor.kernel.FlashAttention;
import dev.athanor.kernel.HeadRows;
import dev.athanor.kernel.HeadView;
import dev.athanor.tensor.Tensor;
import java.util.List;

/**
 * Keys (already rotated) and values of every layer for the tokens read so far, so that the next token costs one row of
 * work. Holds one sequence; 2 * layers * kvHeads * headSize numbers of a {@link KvType} for each of its tokens, with a
 * sliding window only for those that can still be seen and some before them.
 */
public final class KvCache {
    /** Rows at first; a context may be far longer than the text in it. */
    private static final int FIRST_ROWS = 256;

    /**
     * Rows make way by a multiple of this, at which attention cuts its sums: each cut is at the same position of the
     * text whenever rows made way, so the bits do not depend on how many tokens came at a time.
     */
    private static final int BLOCK = FlashAttention.SPLIT;

    /** Rows kept before a sliding window, so that {@link #truncate} can go back this far, and room for new ones. */
    private static final int MARGIN = 256;

    private final ModelConfig config;
    private final int capacity;
    private final KvType type;
    private final int seen; // rows a new token can look back on
    private final KvRows[] keys; // [layer]
    private final KvRows[] values;
    private int rows; // there is room for
    private int first; // position of row 0
    private int length;

    KvCache(ModelConfig config, int capacity, KvType type) {
        if (capacity < 1 || capacity > config.contextLength()) {
            throw new IllegalArgumentException("KV cache: expected a capacity between 1 and the model's context of "
                    + config.contextLength() + " tokens, found " + capacity);
        }
        type.check(config);
        this.config = config;
        this.type = type;
        this.capacity = capacity;
        this.seen = config.slidingWindow().orElse(Integer.MAX_VALUE) - 1;
        this.keys = new KvRows[config.layers()];
        this.values = new KvRows[config.layers()];
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = room(0);
            values[layer] = room(0);
        }
    }

    /** A cache of {@code length} tokens whose keys and values [1, T, kvHeads, headSize] are known. */
    static KvCache of(ModelConfig config, int capacity, List<Tensor> keys, List<Tensor> values, int length) {
        KvCache cache = new KvCache(config, capacity, KvType.F32);
        cache.grow(Math.max(length, 1));
        for (int layer = 0; layer < config.layers(); layer++) {
            cache.store(layer, 0, length, heads(config, keys.get(layer)), heads(config, values.get(layer)));
        }
        cache.length = length;
        return cache;
    }

    private static HeadView heads(ModelConfig config, Tensor rows) {
        return new HeadView(rows.data(), rows.offset(), config.kvWidth(), config.headSize());
    }

    private KvRows room(int rows) {
        return KvRows.of(type, config.kvHeads(), config.headSize(), rows);
    }

    /** A cache of its own with the first {@code length} tokens of this one, and room for {@code capacity}. */
    public KvCache copy(int length, int capacity) {
        if (first > 0 || length > this.length || length > capacity) {
            throw new IllegalArgumentException("KV cache: expected a beginning of " + this.length
                    + " tokens that are all still there, found " + length);
        }
        KvCache copy = new KvCache(config, capacity, type);
        copy.grow(Math.max(length, 1));
        for (int layer = 0; layer < config.layers(); layer++) {
            keys[layer].copyRows(copy.keys[layer], length);
            values[layer].copyRows(copy.values[layer], length);
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

    /** How keys and values are stored. */
    public KvType type() {
        return type;
    }

    /** Bytes its keys and values take now. */
    public long bytes() {
        return type.bytes(2L * config.layers() * rows * config.kvWidth());
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
            for (int layer = 0; layer < keys.length; layer++) {
                keys[layer].move(held - keep, keep);
                values[layer].move(held - keep, keep);
            }
            first += held - keep;
            held = keep;
        }
        if (held + count > rows) {
            int most = (int) Math.min(capacity, (long) seen + MARGIN + BLOCK + count);
            grow(Math.max(held + count, Math.min(most, Math.max(FIRST_ROWS, rows + rows / 2))));
        }
    }

    private void grow(int more) {
        int held = held();
        rows = more;
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = grown(keys[layer], held);
            values[layer] = grown(values[layer], held);
        }
    }

    private KvRows grown(KvRows old, int held) {
        KvRows grown = room(rows);
        old.copyRows(grown, held);
        return grown;
    }

    /**
     * Stores the keys and values of {@code count} new tokens, rows {@code from} and on, behind those already there;
     * {@link #advance} makes them count.
     */
    void store(int layer, int from, int count, HeadView newKeys, HeadView newValues) {
        int held = held();
        for (int row = 0; row < count; row++) {
            keys[layer].put(newKeys, from + row, held + row);
            values[layer].put(newValues, from + row, held + row);
        }
    }

    void advance(int count) {
        length += count;
    }

    HeadRows keys(int layer) {
        return keys[layer].view();
    }

    HeadRows values(int layer) {
        return values[layer].view();
    }
}
