package dev.athanor.tokenizer;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link WholePieces} come from. To make them every token is merged once, which takes longer than to encode a
 * short text without them; they change no id. So they are made when enough text has come.
 */
final class PieceSource {
    /** Characters that take about as long to merge as the tokens of a vocabulary. */
    private static final long ENOUGH = 1 << 16;

    private final TokenTable table;
    private final int[] byteIds;
    private final Merger merger;
    private final boolean always;
    private final AtomicLong characters = new AtomicLong();
    private volatile @Nullable WholePieces made;

    /**
     * @param table which ids are tokens of text
     * @param always whether every piece that is a token stays whole ({@code ignore_merges})
     */
    PieceSource(TokenTable table, int[] byteIds, Merger merger, boolean always) {
        this.table = table;
        this.byteIds = byteIds;
        this.merger = merger;
        this.always = always;
    }

    /** The pieces for a text of {@code length} characters; null where it is encoded sooner without them. */
    @Nullable
    WholePieces pieces(int length) {
        WholePieces pieces = made;
        if (pieces != null || characters.addAndGet(length) < ENOUGH) {
            return pieces;
        }
        synchronized (characters) {
            pieces = made;
            if (pieces == null) {
                pieces = new WholePieces(table, byteIds, merger, always);
                made = pieces;
            }
            return pieces;
        }
    }

    /**
     * The id of the first {@code n} bytes of {@code piece} where it is not to be merged whatever the merges say, or -1.
     */
    int unmerged(byte[] piece, int n) {
        return always ? table.find(piece, n) : -1;
    }
}
