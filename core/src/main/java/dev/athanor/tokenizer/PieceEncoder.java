package dev.athanor.tokenizer;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ids of one text while they are made. Pieces that come again are copied from where they were first encoded. */
final class PieceEncoder {
    /** Binary logarithm of how many pieces are remembered. */
    private static final int MEMORY_BITS = 13;

    /** Texts shorter than this do not repeat themselves enough to pay for the memory. */
    private static final int LONG_TEXT = 2048;

    private final int[] byteIds;
    private final Merger merger;
    private final PieceSource source;
    private final @Nullable WholePieces whole;
    private final boolean prefixSpace;
    private final long[] found = new long[Merger.SHORT];
    private byte[] utf8 = new byte[256];
    private int[] piece = new int[64];
    private int[] out = new int[64];
    private int count;
    private boolean remember;
    private int[] memory = new int[0]; // text start, text end, first id, end of ids; by hash

    /** @param length characters of the text */
    PieceEncoder(int[] byteIds, Merger merger, PieceSource source, int length, boolean prefixSpace) {
        this.prefixSpace = prefixSpace;
        this.byteIds = byteIds;
        this.merger = merger;
        this.source = source;
        this.whole = source.pieces(length);
    }

    /** Appends the ids of {@code text} between two positions. */
    void encode(String text, int start, int limit, PreTokenizer cuts) {
        if (prefixSpace && start < limit && text.charAt(start) != ' ') {
            String spaced = " " + text.substring(start, limit);
            encodeAsItIs(spaced, 0, spaced.length(), cuts);
        } else {
            encodeAsItIs(text, start, limit, cuts);
        }
    }

    private void encodeAsItIs(String text, int start, int limit, PreTokenizer cuts) {
        remember = limit - start >= LONG_TEXT;
        if (remember) {
            memory = new int[4 << MEMORY_BITS];
        }
        for (int at = start; at < limit; ) {
            int end = cuts.end(text, at, limit);
            append(text, at, end);
            at = end;
        }
    }

    /** Nearly every piece is one token, and of the others many come again. */
    private void append(String text, int start, int end) {
        WholePieces whole = this.whole;
        if (whole == null) {
            appendUnknown(text, start, end);
            return;
        }
        if (end - start <= WholePieces.MEDIUM && appendAscii(whole, text, start, end)) {
            return;
        }
        int n = bytes(text, start, end);
        long hash = TokenTable.hash();
        for (int i = 0; i < n; i++) {
            hash = TokenTable.hash(hash, utf8[i]);
        }
        int id = whole.find(utf8, n, hash);
        if (id >= 0) {
            append(id);
        } else {
            appendSeveral(text, start, end, hash);
        }
    }

    /** Appends the ids of a piece of a short text. */
    private void appendUnknown(String text, int start, int end) {
        int n = bytes(text, start, end); // may replace the array
        int id = source.unmerged(utf8, n);
        if (id >= 0) {
            append(id);
        } else {
            appendMerged(text, start, end);
        }
    }

    /** Appends the ids of a piece of at most {@link WholePieces#MEDIUM} characters; not done if one is not ASCII. */
    private boolean appendAscii(WholePieces whole, String text, int start, int end) {
        long first = 0;
        long second = (long) end - start;
        int all =
                0; // a branch for each character would cost more than reading those behind the first that is not ASCII
        int small = Math.min(end, start + WholePieces.SMALL);
        for (int i = start; i < small; i++) {
            char c = text.charAt(i);
            all |= c;
            second = (second << 8) | c;
        }
        for (int i = small; i < end; i++) {
            char c = text.charAt(i);
            all |= c;
            first = (first << 8) | (second >>> 56);
            second = (second << 8) | c;
        }
        if (all >= 0x80) {
            return false;
        }
        int id = whole.find(first, second);
        if (id >= 0) {
            append(id);
        } else {
            appendSeveral(text, start, end, WholePieces.hash(first, second));
        }
        return true;
    }

    private void appendSeveral(String text, int start, int end, long hash) {
        int length = end - start;
        if (!remember || length > Merger.SHORT) {
            appendMerged(text, start, end);
            return;
        }
        int slot = 4 * (int) (hash >>> (64 - MEMORY_BITS));
        if (memory[slot + 1] - memory[slot] == length && text.regionMatches(start, text, memory[slot], length)) {
            int ids = memory[slot + 3] - memory[slot + 2];
            room(ids);
            System.arraycopy(out, memory[slot + 2], out, count, ids);
            count += ids;
            return;
        }
        memory[slot] = start;
        memory[slot + 1] = end;
        memory[slot + 2] = count;
        appendMerged(text, start, end);
        memory[slot + 3] = count;
    }

    private void appendMerged(String text, int start, int end) {
        int bytes = bytes(text, start, end);
        if (piece.length < bytes) {
            piece = new int[Math.max(bytes, 2 * piece.length)];
        }
        for (int i = 0; i < bytes; i++) {
            piece[i] = byteIds[utf8[i] & 0xFF];
            if (piece[i] < 0) {
                throw new IllegalArgumentException(
                        "text: expected bytes that the vocabulary has tokens for, found one it lacks in \""
                                + text.substring(start, Math.min(end, start + 20)) + "\" at character " + start);
            }
        }
        int n = merger.merge(piece, bytes, found);
        room(n);
        System.arraycopy(piece, 0, out, count, n);
        count += n;
    }

    /** Puts the piece's UTF-8 into {@code utf8} and returns the number of its bytes. */
    private int bytes(String text, int start, int end) {
        int most = Math.multiplyExact(end - start, 3);
        if (utf8.length < most) {
            utf8 = new byte[most];
        }
        byte[] to = utf8;
        int n = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                to[n++] = (byte) c;
            } else if (c < 0x800) {
                to[n++] = (byte) (0xC0 | (c >> 6));
                to[n++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                to[n++] = (byte) (0xE0 | (c >> 12));
                to[n++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                to[n++] = (byte) (0x80 | (c & 0x3F));
            } else {
                int point = pair(text, i++, end);
                to[n++] = (byte) (0xF0 | (point >> 18));
                to[n++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                to[n++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                to[n++] = (byte) (0x80 | (point & 0x3F));
            }
        }
        return n;
    }

    private static int pair(String text, int at, int end) {
        char high = text.charAt(at);
        if (!Character.isHighSurrogate(high) || at + 1 >= end || !Character.isLowSurrogate(text.charAt(at + 1))) {
            throw new IllegalArgumentException("text: expected Unicode, found half a surrogate pair (U+"
                    + Integer.toHexString(high).toUpperCase(Locale.ROOT) + ") at character " + at);
        }
        return Character.toCodePoint(high, text.charAt(at + 1));
    }

    private void room(int more) {
        if (count + more > out.length) {
            out = Arrays.copyOf(out, Math.max(Math.addExact(count, more), out.length + (out.length >> 1)));
        }
    }

    /** Appends one id. */
    void append(int id) {
        room(1);
        out[count++] = id;
    }

    int[] ids() {
        return Arrays.copyOf(out, count);
    }
}
