package dev.athanor.onednn;

import dev.athanor.kernel.Workers;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;
import java.util.Map;

/** F16 weights rounded to BF16 once, since rounding them costs half of what multiplying 512 rows does. */
final class KeptHalves implements AutoCloseable {
    private static final int PART = 1 << 16;

    private final Workers workers;
    private final Numbers numbers;
    private final Arena arena = Arena.ofShared();
    private final Map<Stored, Stored> known = new IdentityHashMap<>();
    private final float[][] rooms; // one per thread
    private long left;

    /** Keeps up to {@code budget} bytes. */
    KeptHalves(Workers workers, Numbers numbers, long budget) {
        this.workers = workers;
        this.numbers = numbers;
        this.left = budget;
        this.rooms = new float[workers.threads()][0];
    }

    /** The same matrix in BF16; as it was where it is not F16, or where the budget is used up. */
    Stored of(Stored w) {
        if (w.type() != DType.F16) {
            return w;
        }
        Stored kept = known.get(w);
        long count = w.shape().elements();
        if (kept == null && count * Short.BYTES <= left && count % 16 == 0) {
            left -= count * Short.BYTES;
            MemorySegment rounded = arena.allocate(count * Short.BYTES, 64);
            round(w, rounded);
            kept = new Stored(w.shape(), DType.BF16, rounded);
            known.put(w, kept);
        }
        return kept == null ? w : kept;
    }

    private void round(Stored w, MemorySegment out) {
        long count = w.shape().elements();
        workers.run((int) ((count + PART - 1) / PART), (task, worker) -> {
            long from = (long) task * PART;
            int size = (int) Math.min(PART, count - from);
            if (rooms[worker].length == 0) {
                rooms[worker] = new float[PART];
            }
            Blocks.decode(w.type(), w.bytes(), from, size, rooms[worker], 0);
            short[] rounded = new short[size];
            numbers.toBf16(rooms[worker], 0, size, rounded, 0);
            MemorySegment.copy(rounded, 0, out, ValueLayout.JAVA_SHORT, from * Short.BYTES, size);
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}
