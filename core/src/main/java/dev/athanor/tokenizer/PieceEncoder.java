package dev.athanor.tokenizer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** The ids of one text while they are made. Pieces that come again are copied from where they were first encoded. */
final class PieceEncoder {
    /** Pieces remembered; a power of two. */
    private static final int MEMORY = 1 << 13;

    /** Texts shorter than this do not repeat themselves enough to pay for the memory. */
    private static final int LONG_TEXT = 2048;

    private final int[] byteIds;
    private final Merger merger;
    private final Map<Bytes, Integer> whole; // empty unless a piece that is a token needs no merging
    private final int[] ranks = new int[Merger.SHORT];
    private int[] piece = new int[64];
    private int[] out = new int[64];
    private int count;
    private int[] memory = new int[0]; // text start, text end, first id, end of ids; by hash

    PieceEncoder(int[] byteIds, Merger merger, Map<Bytes, Integer> whole) {
        this.byteIds = byteIds;
        this.merger = merger;
        this.whole = whole;
    }

    /** Appends the ids of {@code text} between two positions. */
    void encode(String text, int start, int limit, PreTokenizer cuts) {
        boolean remember = limit - start >= LONG_TEXT;
        if (remember) {
            memory = new int[4 * MEMORY];
        }
        for (int at = start; at < limit; ) {
            int end = cuts.end(text, at, limit);
            if (!remember || end - at > Merger.SHORT) {
                append(text, at, end);
            } else {
                appendRemembered(text, at, end);
            }
            at = end;
        }
    }

    private void appendRemembered(String text, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        int slot = 4 * ((hash * 0x9E3779B9) >>> (32 - 13));
        int length = end - start;
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
        append(text, start, end);
        memory[slot + 3] = count;
    }

    private void append(String text, int start, int end) {
        int n = bytes(text, start, end);
        if (!whole.isEmpty()) {
            Integer id = whole.get(Bytes.utf8(text, start, end));
            if (id != null) {
                append(id);
                return;
            }
        }
        n = merger.merge(piece, n, ranks);
        room(n);
        System.arraycopy(piece, 0, out, count, n);
        count += n;
    }

    /** Puts the ids of the piece's UTF-8 bytes into {@code piece} and returns their number. */
    private int bytes(String text, int start, int end) {
        int most = Math.multiplyExact(end - start, 3);
        if (piece.length < most) {
            piece = new int[most];
        }
        int n = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                piece[n++] = byteIds[c];
            } else if (c < 0x800) {
                piece[n++] = byteIds[0xC0 | (c >> 6)];
                piece[n++] = byteIds[0x80 | (c & 0x3F)];
            } else if (!Character.isSurrogate(c)) {
                piece[n++] = byteIds[0xE0 | (c >> 12)];
                piece[n++] = byteIds[0x80 | ((c >> 6) & 0x3F)];
                piece[n++] = byteIds[0x80 | (c & 0x3F)];
            } else {
                int point = pair(text, i++, end);
                piece[n++] = byteIds[0xF0 | (point >> 18)];
                piece[n++] = byteIds[0x80 | ((point >> 12) & 0x3F)];
                piece[n++] = byteIds[0x80 | ((point >> 6) & 0x3F)];
                piece[n++] = byteIds[0x80 | (point & 0x3F)];
            }
        }
        for (int i = 0; i < n; i++) {
            if (piece[i] < 0) {
                throw new IllegalArgumentException(
                        "text: expected bytes that the vocabulary has tokens for, found one it lacks in \""
                                + text.substring(start, Math.min(end, start + 20)) + "\" at character " + start);
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
