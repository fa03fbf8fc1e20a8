package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the vocabulary and the merges of a byte-level tokenizer.json from its bytes into flat arrays: a first word
 * waits for fifty thousand tokens, and objects for each take five times as long while the JVM is young. Only the usual
 * is understood; what is not, and every mistake, is left to {@link TokenizerReader}, which says what is wrong.
 */
final class VocabularyScanner implements BpeTokenizer.MergeSource {
    /** Thrown to give up; nobody sees it. */
    static final class Unusual extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unusual() {
            super("not read at once", null, false, false);
        }
    }

    /** As long as the parser lets a string be. */
    private static final int MOST_BYTES = 1 << 16;

    private final byte[] json;
    private final VocabularyCut cut;
    private int at;
    private byte[] bytes; // of all tokens as they came
    private int used;
    private int[] ends = new int[1 << 14]; // entry i lies between ends[i] and ends[i + 1]
    private int[] ids = new int[1 << 14];
    private int count;
    private final List<byte[]> names = new ArrayList<>(); // of added tokens, as the vocabulary would write them

    /** @param cut that has found both */
    VocabularyScanner(byte[] json, VocabularyCut cut) {
        this.json = json;
        this.cut = cut;
        this.bytes = new byte[Math.max(1 << 10, (cut.vocabularyEnd() - cut.vocabularyStart()) / 2)];
    }

    /** The next position from {@code at} on that is not white space, perhaps the end. */
    static int space(byte[] json, int at) {
        while (at < json.length && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** Passes white space and one character. */
    private void pass(char expected) {
        at = space(json, at);
        if (at == json.length || json[at] != expected) {
            throw new Unusual();
        }
        at++;
    }

    /** Passes a comma that has a neighbour on both sides; false at {@code end}, before which comes no comma. */
    private boolean more(int end, boolean first) {
        at = space(json, at);
        if (at == end) {
            return false;
        }
        if (!first) {
            pass(',');
        }
        return true;
    }

    /**
     * Every token by its id, none known to the table yet.
     *
     * @param added tokens that may stand in the vocabulary or behind it
     */
    TokenTable tokens(List<AddedToken> added) {
        at = cut.vocabularyStart();
        for (boolean first = true; more(cut.vocabularyEnd(), first); first = false) {
            pass('"');
            room();
            int n = string(bytes, used, '"');
            pass(':');
            entry(n, id());
        }
        return byId(added);
    }

    private void room() {
        int most = Math.min(MOST_BYTES, cut.vocabularyEnd() - at); // JSON of a string is not shorter than its bytes
        if (bytes.length - used < most) {
            bytes = Arrays.copyOf(bytes, used + most + (used >> 1));
        }
        if (count + 2 > ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
            ids = Arrays.copyOf(ids, 2 * ids.length);
        }
    }

    private void entry(int n, int id) {
        if (count == TokenizerReader.MOST) {
            throw new Unusual();
        }
        used += n;
        ids[count++] = id;
        ends[count] = used;
    }

    /** A number of at most nine digits. */
    private int id() {
        at = space(json, at);
        int start = at;
        int value = 0;
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            value = 10 * value + (json[at++] - '0');
            if (at - start > 9) {
                throw new Unusual();
            }
        }
        if (at == start || (json[start] == '0' && at - start > 1)) {
            throw new Unusual();
        }
        return value;
    }

    /**
     * Decodes a string behind its first quote up to {@code stop}, which is passed, and returns how many bytes it stands
     * for.
     */
    private int string(byte[] to, int start, char stop) {
        byte[] json = this.json;
        int most = Math.min(to.length, start + MOST_BYTES);
        int n = start;
        int i = at;
        while (json[i] != stop) { // there is a quote before the end, since the cut found it
            if (n == most) {
                throw new Unusual();
            }
            int b = json[i++];
            if (b > ' ' && b < 0x7F && b != '"' && b != '\\') {
                to[n++] = (byte) b;
            } else if ((b & 0xFF) >= 0xC2 && (b & 0xE0) == 0xC0 && (json[i] & 0xC0) == 0x80) {
                to[n++] = stoodFor(((b & 0x1F) << 6) | (json[i++] & 0x3F));
            } else if (b == '\\') {
                to[n++] = escape(i);
                i += json[i] == 'u' ? 5 : 1;
            } else {
                throw new Unusual();
            }
        }
        at = i + 1;
        return n - start;
    }

    private byte escape(int i) {
        switch (json[i]) {
            case '"', '\\' -> {
                return json[i];
            }
            case 'u' -> {
                int c = 0;
                for (int digit = i + 1; digit <= i + 4; digit++) {
                    int value = digit < json.length ? Character.digit(json[digit], 16) : -1;
                    if (value < 0) {
                        throw new Unusual();
                    }
                    c = 16 * c + value;
                }
                return stoodFor(c);
            }
            default -> throw new Unusual();
        }
    }

    private static byte stoodFor(int c) {
        int b = ByteAlphabet.stoodFor(c);
        if (b < 0) {
            throw new Unusual();
        }
        return (byte) b;
    }

    /** Puts the tokens in order of their ids, each of which must come once. */
    private TokenTable byId(List<AddedToken> added) {
        int[] entries = new int[count + added.size()]; // entry + 1 of every id
        for (int i = 0; i < count; i++) {
            if (ids[i] >= entries.length || entries[ids[i]] != 0) {
                throw new Unusual();
            }
            entries[ids[i]] = i + 1;
        }
        for (AddedToken token : added) {
            place(token, entries);
        }
        byte[] sorted = new byte[used];
        int[] sortedEnds = new int[count + 1];
        int n = 0;
        for (int id = 0; id < count; id++) {
            int entry = entries[id] - 1;
            if (entry < 0) {
                throw new Unusual();
            }
            int length = ends[entry + 1] - ends[entry];
            System.arraycopy(bytes, ends[entry], sorted, n, length);
            n += length;
            sortedEnds[id + 1] = n;
        }
        return new TokenTable(sorted, sortedEnds);
    }

    /** An added token keeps the bytes of its name, which may be those of its entry, or it comes behind the entries. */
    private void place(AddedToken token, int[] entries) {
        byte[] name = token.content().getBytes(StandardCharsets.UTF_8);
        if (token.id() >= entries.length || (!isAscii(name) && ByteAlphabet.covers(token.content()))) {
            throw new Unusual();
        }
        if (isAscii(name)) {
            names.add(name);
        }
        int entry = entries[token.id()] - 1;
        if (entry < 0) {
            // Half as large again: thousands of added tokens behind a large vocabulary would be copied as often else.
            if (bytes.length < Math.addExact(used, name.length)) {
                bytes = Arrays.copyOf(bytes, Math.addExact(used, name.length) + used / 2);
            }
            System.arraycopy(name, 0, bytes, used, name.length);
            if (ends.length < count + 2) {
                ends = Arrays.copyOf(ends, count + 2 + count / 2);
            }
            if (ids.length < count + 1) {
                ids = Arrays.copyOf(ids, count + 1 + count / 2);
            }
            entry(name.length, token.id());
            entries[token.id()] = count;
        } else if (!isAscii(name) || !Arrays.equals(bytes, ends[entry], ends[entry + 1], name, 0, name.length)) {
            throw new Unusual();
        }
    }

    /** Whether every character stands for its own code. */
    private static boolean isAscii(byte[] name) {
        for (byte b : name) {
            if (b <= ' ' || b == 0x7F) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int[] merges(TokenTable table) {
        for (byte[] name : names) {
            if (table.find(name) >= 0) { // the vocabulary has it as well, with another id
                throw new Unusual();
            }
        }
        int[] merges = new int[3 << 14];
        int n = 0;
        byte[] pair = new byte[2 * MOST_BYTES];
        at = cut.mergesStart();
        for (boolean first = true; more(cut.mergesEnd(), first); first = false) {
            if (n == 3 * TokenizerReader.MOST) {
                throw new Unusual();
            }
            if (n == merges.length) {
                merges = Arrays.copyOf(merges, 2 * n);
            }
            merge(table, pair, merges, n);
            n += 3;
        }
        return Arrays.copyOf(merges, n);
    }

    /** Old files write "a b", new ones ["a", "b"]. */
    private void merge(TokenTable table, byte[] pair, int[] merges, int n) {
        at = space(json, at);
        boolean list = json[at] == '[';
        int left;
        int right;
        if (list) {
            at++;
            pass('"');
            left = string(pair, 0, '"');
            pass(',');
            pass('"');
            right = string(pair, left, '"');
            pass(']');
        } else {
            pass('"');
            left = string(pair, 0, ' ');
            right = string(pair, left, '"');
        }
        long hash = TokenTable.hash(TokenTable.hash(), pair, 0, left);
        merges[n] = table.find(pair, 0, left, hash);
        merges[n + 1] = table.find(pair, left, right, TokenTable.hash(TokenTable.hash(), pair, left, left + right));
        merges[n + 2] = table.find(pair, 0, left + right, TokenTable.hash(hash, pair, left, left + right));
        if ((merges[n] | merges[n + 1] | merges[n + 2]) < 0) {
            throw new Unusual();
        }
    }
}
