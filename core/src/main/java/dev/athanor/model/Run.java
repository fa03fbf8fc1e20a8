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
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * One forward pass.
 *
 * @param batch sequences
 * @param length new tokens per sequence
 * @param caches where the tokens before are kept, one per sequence; none when every sequence starts at its first
 *     position; the same several times, one after the other, for several new tokens of one text
 * @param turn which token behind which text, where the steps of this pass are done again for others; no caches then
 * @param dropout probability of dropping, 0 outside training
 * @param dropoutSeed which elements drop
 * @param probe who listens to the pass
 * @param switches what is turned off
 */
record Run(
        int batch,
        int length,
        List<KvCache> caches,
        Optional<Turn> turn,
        float dropout,
        long dropoutSeed,
        Optional<Probe> probe,
        Switches switches) {
    Run {
        caches = List.copyOf(caches);
    }

    static Run of(int batch, int length) {
        return new Run(batch, length, List.of(), Optional.empty(), 0f, 0, Optional.empty(), Switches.ON);
    }

    static Run training(int batch, int length, float dropout, long dropoutSeed) {
        return new Run(batch, length, List.of(), Optional.empty(), dropout, dropoutSeed, Optional.empty(), Switches.ON);
    }

    static Run cached(int length, KvCache cache) {
        return new Run(1, length, List.of(cache), Optional.empty(), 0f, 0, Optional.empty(), Switches.ON);
    }

    static Run cached(int length, KvCache cache, Probe probe) {
        return new Run(1, length, List.of(cache), Optional.empty(), 0f, 0, Optional.of(probe), Switches.ON);
    }

    static Run probed(int batch, int length, Probe probe, Switches switches) {
        return new Run(batch, length, List.of(), Optional.empty(), 0f, 0, Optional.of(probe), switches);
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

    /** The token of a turn. */
    static Run of(Turn turn) {
        return new Run(1, 1, List.of(), Optional.of(turn), 0f, 0, Optional.empty(), Switches.ON);
    }

    /** One new token of every text. */
    static Run ofEach(List<KvCache> caches) {
        return new Run(caches.size(), 1, caches, Optional.empty(), 0f, 0, Optional.empty(), Switches.ON);
    }

    /** Several new tokens of one text, each as if it came alone. */
    static Run ofRows(int count, KvCache cache) {
        return ofEach(Collections.nCopies(count, cache));
    }

    /** The next tokens of every text, of each as many as its piece has. */
    static Run ofPieces(List<Piece> pieces) {
        return ofEach(pieces.stream()
                .flatMap(piece -> Collections.nCopies(piece.size(), piece.cache()).stream())
                .toList());
    }

    /** How many new tokens, one after the other, the text of row {@code row} has from there on. */
    int rowsOfText(int row) {
        int end = row + 1;
        while (end < caches.size() && caches.get(end) == caches.get(row)) {
            end++;
        }
        return end - row;
    }

    /** Where the new tokens stand. */
    Positions places() {
        if (turn.isPresent()) {
            return new Positions.Next(turn.get()::position);
        }
        if (caches.size() < 2) {
            return new Positions.Running(
                    caches.isEmpty() ? 0 : caches.getFirst().length(), length);
        }
        int[] at = new int[caches.size()];
        for (int row = 0; row < at.length; row++) {
            boolean next = row > 0 && caches.get(row) == caches.get(row - 1);
            at[row] = next ? at[row - 1] + 1 : caches.get(row).length();
        }
        return new Positions.Each(at);
    }
}
