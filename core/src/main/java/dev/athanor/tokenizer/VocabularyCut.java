package dev.athanor.tokenizer;

import java.util.Arrays;

/**
 * Where the entries of {@code model.vocab} and {@code model.merges} lie in the bytes of a tokenizer.json. Nothing is
 * checked here but what is needed to find them: the rest is read by a parser that is strict, and the entries by
 * {@link VocabularyScanner}, which is strict as well and must end exactly where they do.
 */
final class VocabularyCut {
    private static final byte[] MODEL = {'"', 'm', 'o', 'd', 'e', 'l', '"'};
    private static final byte[] VOCABULARY = {'"', 'v', 'o', 'c', 'a', 'b', '"'};
    private static final byte[] MERGES = {'"', 'm', 'e', 'r', 'g', 'e', 's', '"'};

    private final byte[] json;
    private int at;
    private int vocabularyStart = -1;
    private int vocabularyEnd;
    private int mergesStart = -1;
    private int mergesEnd;

    VocabularyCut(byte[] json) {
        this.json = json;
    }

    /** Whether both were found, the vocabulary first. */
    boolean find() {
        int depth = 0;
        boolean inModel = false;
        while (at < json.length) {
            byte b = json[at];
            if (b == '{' || b == '[') {
                depth++;
                at++;
            } else if (b == '}' || b == ']') {
                depth--;
                inModel &= depth >= 2;
                at++;
            } else if (b != '"') {
                at++;
            } else {
                int name = at;
                skipString();
                if (depth == 1 && names(name, MODEL)) {
                    inModel = opens('{');
                    at = inModel ? at : json.length;
                } else if (depth == 2 && inModel && !(vocabulary(name) && merges(name))) {
                    return false;
                }
            }
        }
        return vocabularyStart >= 0 && mergesStart > vocabularyEnd;
    }

    /** False where this name is a vocabulary that is none, or a second one. */
    private boolean vocabulary(int name) {
        if (!names(name, VOCABULARY)) {
            return true;
        }
        if (vocabularyStart >= 0 || !opens('{')) {
            return false;
        }
        vocabularyStart = at + 1;
        vocabularyEnd = skip('{', '}');
        return vocabularyEnd >= 0;
    }

    private boolean merges(int name) {
        if (!names(name, MERGES)) {
            return true;
        }
        if (mergesStart >= 0 || !opens('[')) {
            return false;
        }
        mergesStart = at + 1;
        mergesEnd = skip('[', ']');
        return mergesEnd >= 0;
    }

    /** Whether the string between {@code start} and here is {@code name}, and a colon follows, which is passed. */
    private boolean names(int start, byte[] name) {
        if (!Arrays.equals(json, start, at, name, 0, name.length)) {
            return false;
        }
        int colon = VocabularyScanner.space(json, at);
        if (colon == json.length || json[colon] != ':') {
            return false;
        }
        at = colon + 1;
        return true;
    }

    /** Whether the value that comes here begins with {@code bracket}. */
    private boolean opens(char bracket) {
        at = VocabularyScanner.space(json, at);
        return at < json.length && json[at] == bracket;
    }

    /** Passes what stands between two brackets and the second; where that is, or -1 where it is missing. */
    private int skip(char open, char close) {
        int depth = 0;
        while (at < json.length) {
            byte b = json[at];
            if (b == '"') {
                skipString();
                continue;
            }
            if (b == open) {
                depth++;
            } else if (b == close && --depth == 0) {
                return at++;
            }
            at++;
        }
        return -1;
    }

    private void skipString() {
        byte[] json = this.json;
        int i = at + 1;
        while (i < json.length && json[i] != '"') {
            i += json[i] == '\\' ? 2 : 1;
        }
        at = Math.min(json.length, i + 1);
    }

    int vocabularyStart() {
        return vocabularyStart;
    }

    int vocabularyEnd() {
        return vocabularyEnd;
    }

    int mergesStart() {
        return mergesStart;
    }

    int mergesEnd() {
        return mergesEnd;
    }

    /** Bytes of the file without the entries. */
    int restLength() {
        return json.length - (vocabularyEnd - vocabularyStart) - (mergesEnd - mergesStart);
    }

    /** The file without the entries. */
    byte[] rest() {
        byte[] rest = new byte[restLength()];
        int n = copy(0, vocabularyStart, rest, 0);
        n = copy(vocabularyEnd, mergesStart, rest, n);
        copy(mergesEnd, json.length, rest, n);
        return rest;
    }

    private int copy(int from, int to, byte[] out, int n) {
        System.arraycopy(json, from, out, n, to - from);
        return n + to - from;
    }
}
