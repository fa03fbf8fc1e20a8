package dev.athanor.op;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Arrays lent and taken back by exact size, so that the second training step, whose shapes are those of the first,
 * allocates nothing. Contents of a lent array are whatever the last user left. Not for sharing between threads.
 */
public final class Pool {
    private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();
    private long allocatedFloats;

    float[] take(int size) {
        ArrayDeque<float[]> arrays = free.get(size);
        if (arrays != null && !arrays.isEmpty()) {
            return arrays.pop();
        }
        allocatedFloats += size;
        return new float[size];
    }

    void give(float[] array) {
        free.computeIfAbsent(array.length, size -> new ArrayDeque<>()).push(array);
    }

    /** Bytes this pool has ever allocated; constant from the second equal step on. */
    public long allocatedBytes() {
        return allocatedFloats * Float.BYTES;
    }
}
