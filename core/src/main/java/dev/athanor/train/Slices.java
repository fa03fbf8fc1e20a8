package dev.athanor.train;

import dev.athanor.kernel.Workers;
import dev.athanor.tensor.Tensor;
import java.util.List;

/**
 * All numbers of a list of tensors cut into slices of at most {@link #SIZE}, so that one parallel loop covers them. The
 * cut follows from the shapes alone, never from the number of threads.
 */
final class Slices {
    /** 64 Ki numbers: 256 KiB of weights per task, enough work to be worth handing out. */
    static final int SIZE = 1 << 16;

    private final int[] tensor;
    private final int[] from;
    private final int[] count;

    /** Cuts the {@code tensors}; lists of other tensors with the same shapes may be walked with the same slices. */
    Slices(List<Tensor> tensors) {
        int slices = 0;
        for (Tensor t : tensors) {
            slices += (t.size() + SIZE - 1) / SIZE;
        }
        tensor = new int[slices];
        from = new int[slices];
        count = new int[slices];
        int slice = 0;
        for (int i = 0; i < tensors.size(); i++) {
            int size = tensors.get(i).size();
            for (int at = 0; at < size; at += SIZE) {
                tensor[slice] = i;
                from[slice] = at;
                count[slice++] = Math.min(SIZE, size - at);
            }
        }
    }

    /** What to do with one slice: numbers {@code from} to {@code from + count} of tensor number {@code tensor}. */
    @FunctionalInterface
    interface Body {
        void accept(int slice, int tensor, int from, int count);
    }

    int count() {
        return tensor.length;
    }

    /** Number of the tensor that slice {@code slice} lies in. */
    int tensorOf(int slice) {
        return tensor[slice];
    }

    /** Does {@code body} once per slice, in any order, on all threads. */
    void forEach(Workers workers, Body body) {
        workers.run(tensor.length, (slice, worker) -> body.accept(slice, tensor[slice], from[slice], count[slice]));
    }
}
