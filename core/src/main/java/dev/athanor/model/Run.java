package dev.athanor.model;

import dev.athanor.kernel.HeadView;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import dev.athanor.model.hook.Switches;
import dev.athanor.op.Heads;
import dev.athanor.op.Positions;
import dev.athanor.op.Value;
import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One forward pass.
 *
 * @param batch sequences
 * @param length new tokens per sequence
 * @param caches where the tokens before are kept, one per sequence; none when every sequence starts at its first
 *     position
 * @param pieces new tokens of each cache's text where they differ: then the rows of all texts are one sequence
 * @param dropout probability of dropping, 0 outside training
 * @param dropoutSeed which elements drop
 * @param probe who listens to the pass
 * @param switches what is turned off
 */
record Run(
        int batch,
        int length,
        List<KvCache> caches,
        List<Integer> pieces,
        float dropout,
        long dropoutSeed,
        Optional<Probe> probe,
        Switches switches) {
    Run {
        caches = List.copyOf(caches);
        pieces = List.copyOf(pieces);
    }

    static Run of(int batch, int length) {
        return new Run(batch, length, List.of(), List.of(), 0f, 0, Optional.empty(), Switches.ON);
    }

    static Run training(int batch, int length, float dropout, long dropoutSeed) {
        return new Run(batch, length, List.of(), List.of(), dropout, dropoutSeed, Optional.empty(), Switches.ON);
    }

    static Run cached(int length, KvCache cache) {
        return new Run(1, length, List.of(cache), List.of(), 0f, 0, Optional.empty(), Switches.ON);
    }

    static Run cached(int length, KvCache cache, Probe probe) {
        return new Run(1, length, List.of(cache), List.of(), 0f, 0, Optional.of(probe), Switches.ON);
    }

    static Run probed(int batch, int length, Probe probe, Switches switches) {
        return new Run(batch, length, List.of(), List.of(), 0f, 0, Optional.of(probe), switches);
    }

    /** Whether somebody listens at a place of a layer, or of the whole model with {@link Hook#NO_LAYER}. */
    boolean wants(HookPoint point, int layer) {
        return probe.isPresent() && probe.get().wants(new Hook(point, layer));
    }

    /** Shows rows [batch * length, n] as [batch, length, n] to whoever listens. */
    void visit(HookPoint point, int layer, Value rows) {
        if (wants(point, layer)) {
            Tensor t = rows.data();
            visit(point, layer, HookValue.dense(t.data(), t.offset(), batch, length, t.dim(-1)));
        }
    }

    /** Shows heads as [batch, length, heads, headSize] to whoever listens. */
    void visit(HookPoint point, int layer, Heads heads, int count, int size) {
        if (wants(point, layer)) {
            HeadView view = heads.data();
            visit(
                    point,
                    layer,
                    new HookValue(view.data(), view.offset(), new int[] {batch, length, count, size}, new int[] {
                        length * view.rowStride(), view.rowStride(), view.headStride(), 1
                    }));
        }
    }

    /** Shows an array without gaps to whoever listens. */
    void visit(HookPoint point, int layer, float[] data, int... dims) {
        if (wants(point, layer)) {
            visit(point, layer, HookValue.dense(data, 0, dims));
        }
    }

    private void visit(HookPoint point, int layer, HookValue value) {
        probe.ifPresent(listener -> listener.visit(new Hook(point, layer), value));
    }

    /** One new token of every text. */
    static Run ofEach(List<KvCache> caches) {
        return new Run(caches.size(), 1, caches, List.of(), 0f, 0, Optional.empty(), Switches.ON);
    }

    /** The next tokens of every text, of each as many as it has. */
    static Run ofPieces(List<Piece> pieces) {
        List<Integer> sizes = pieces.stream().map(Piece::size).toList();
        int rows = sizes.stream().mapToInt(Integer::intValue).sum();
        List<KvCache> caches = pieces.stream().map(Piece::cache).toList();
        return new Run(1, rows, caches, sizes, 0f, 0, Optional.empty(), Switches.ON);
    }

    /** New tokens of text {@code i}. */
    int rows(int i) {
        return pieces.isEmpty() ? length : pieces.get(i);
    }

    /** Where the new tokens stand. */
    Positions places() {
        if (caches.size() < 2) {
            return new Positions.Running(
                    caches.isEmpty() ? 0 : caches.getFirst().length(), length);
        }
        return new Positions.Each(IntStream.range(0, caches.size())
                .flatMap(i ->
                        IntStream.range(0, rows(i)).map(row -> caches.get(i).length() + row))
                .toArray());
    }
}
