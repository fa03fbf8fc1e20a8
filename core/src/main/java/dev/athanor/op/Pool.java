package dev.athanor.op;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arrays lent and taken back by exact size, so that the second training step, whose shapes are those of the first,
 * allocates nothing. Where shapes keep changing, as with prompts of every length, the sizes unused for longest go as
 * soon as more lies idle than was ever {@link #IDLE} times in use. Contents of a lent array are whatever the last user
 * left. Not for sharing between threads.
 */
public final class Pool {
    private static final int IDLE = 2;

    private final Map<Integer, ArrayDeque<float[]>> free = new LinkedHashMap<>(16, 0.75f, true); // least recent first
    private long allocatedFloats;
    private long lentFloats;
    private long mostLent;
    private long freeFloats;

    float[] take(int size) {
        lentFloats += size;
        mostLent = Math.max(mostLent, lentFloats);
        ArrayDeque<float[]> arrays = free.get(size);
        if (arrays != null && !arrays.isEmpty()) {
            freeFloats -= size;
            return arrays.pop();
        }
        allocatedFloats += size;
        return new float[size];
    }

    void give(float[] array) {
        lentFloats -= array.length;
        freeFloats += array.length;
        free.computeIfAbsent(array.length, size -> new ArrayDeque<>()).push(array);
        if (freeFloats > IDLE * mostLent) {
            forget();
        }
    }

    private void forget() {
        Iterator<Map.Entry<Integer, ArrayDeque<float[]>>> oldest =
                free.entrySet().iterator();
        while (freeFloats > IDLE * mostLent && oldest.hasNext()) {
            Map.Entry<Integer, ArrayDeque<float[]>> entry = oldest.next();
            freeFloats -= (long) entry.getKey() * entry.getValue().size();
            oldest.remove();
        }
    }

    /** Forgets every array, lent ones too: whoever has one keeps it, and gives it back to nobody. */
    public void drop() {
        free.clear();
        lentFloats = 0;
        mostLent = 0;
        freeFloats = 0;
    }

    /** Bytes this pool has ever allocated; constant from the second equal step on. */
    public long allocatedBytes() {
        return allocatedFloats * Float.BYTES;
    }

    /** Bytes that lie idle now. */
    public long idleBytes() {
        return freeFloats * Float.BYTES;
    }
}
