package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** The ids of one text while they are made, a character at a time. */
final class SymbolEncoder {
    /**
     * What all texts share.
     *
     * @param basic symbols of single characters below U+10000, -1 where there is none; those of {@code tokens} and
     *     above are no ids
     * @param other symbols of single characters from U+10000 on
     * @param lone characters of the symbols that are no ids
     * @param byteIds tokens of bytes, -1 where there is none
     * @param ids tokens by name
     */
    record Table(
            int[] basic,
            Map<Integer, Integer> other,
            Map<Integer, String> lone,
            int[] byteIds,
            Merger merger,
            Map<String, Integer> ids,
            SentencePieceRules rules) {
        int symbol(int c) {
            return c < basic.length ? basic[c] : other.getOrDefault(c, NOTHING);
        }
    }

    private static final int NOTHING = -1;

    private final Table table;
    private final long[] found = new long[Merger.SHORT];
    private int[] piece = new int[64];
    private int[] out = new int[64];
    private int count;

    SymbolEncoder(Table table) {
        this.table = table;
    }

    /** Appends the ids of {@code text}, whose spaces are ▁. */
    void encode(String text) {
        if (!table.rules.cutsWords()) {
            piece(text);
            return;
        }
        int start = 0;
        for (int at = text.indexOf(Spaces.SPACE, 1); at >= 0; at = text.indexOf(Spaces.SPACE, at + 1)) {
            piece(text.substring(start, at));
            start = at;
        }
        piece(text.substring(start));
    }

    private void piece(String text) {
        if (text.isEmpty()) {
            return;
        }
        Integer whole = table.rules.wholePieces() ? table.ids.get(text) : null;
        if (whole != null) {
            append(whole);
            return;
        }
        int length = symbols(text); // may make room in piece
        int n = table.merger.merge(piece, length, found);
        for (int i = 0; i < n; i++) {
            String character = table.lone.get(piece[i]);
            if (character == null) {
                append(piece[i]);
            } else if (!bytes(character)) {
                append(unknown(text, 0));
            }
        }
    }

    /** The symbols of {@code text} before any merge. */
    int[] first(String text) {
        int n = symbols(text);
        return Arrays.copyOf(piece, n);
    }

    /** Puts the symbols of {@code text} into {@code piece} and returns their number. */
    private int symbols(String text) {
        int most = Math.multiplyExact(text.length(), 4);
        if (piece.length < most) {
            piece = new int[most];
        }
        int n = 0;
        int waiting = NOTHING; // an unknown token that the next character may join
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            if (c >= 0xD800 && c < 0xE000) {
                throw new IllegalArgumentException("text: expected Unicode, found half a surrogate pair (U+"
                        + Integer.toHexString(c).toUpperCase(Locale.ROOT) + ") at character " + at);
            }
            int symbol = table.symbol(c);
            if (symbol != NOTHING) {
                if (waiting != NOTHING) {
                    piece[n++] = waiting;
                    waiting = NOTHING;
                }
                piece[n++] = symbol;
            } else {
                byte[] utf8 = Character.toString(c).getBytes(StandardCharsets.UTF_8);
                if (allKnown(utf8)) {
                    for (byte b : utf8) {
                        piece[n++] = table.byteIds[b & 0xFF];
                    }
                } else {
                    if (waiting != NOTHING && !table.rules.fuseUnknown()) {
                        piece[n++] = waiting;
                    }
                    waiting = unknown(text, at);
                }
            }
            at += Character.charCount(c);
        }
        if (waiting != NOTHING) {
            piece[n++] = waiting;
        }
        return n;
    }

    private boolean allKnown(byte[] utf8) {
        for (byte b : utf8) {
            if (table.byteIds[b & 0xFF] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Appends the bytes of a character that no merge took; false where one has no token. */
    private boolean bytes(String character) {
        byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
        if (!allKnown(utf8)) {
            return false;
        }
        for (byte b : utf8) {
            append(table.byteIds[b & 0xFF]);
        }
        return true;
    }

    private int unknown(String text, int at) {
        OptionalInt unknown = table.rules.unknown();
        return unknown.orElseThrow(() -> new IllegalArgumentException(
                "text: expected characters that the vocabulary has tokens for, found one it lacks in "
                        + Fields.shown(text.substring(at, Math.min(text.length(), at + 20)))));
    }

    /** Appends one id. */
    void append(int id) {
        if (count == out.length) {
            out = Arrays.copyOf(out, count + (count >> 1));
        }
        out[count++] = id;
    }

    int[] ids() {
        return Arrays.copyOf(out, count);
    }
}
