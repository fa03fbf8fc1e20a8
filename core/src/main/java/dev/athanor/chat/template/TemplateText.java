package dev.athanor.chat.template;

import java.util.Arrays;

/**
 * A string that knows, run by run, who wrote its characters. Two strings are compared by their characters alone.
 * Indexes are of UTF-16 characters; what Python counts by code points is counted by the callers.
 */
final class TemplateText implements Value {
    /** Bits of a run's kind. */
    static final byte TEMPLATE = 0;

    static final byte DATA = 1;
    static final byte GENERATION = 2;

    static final TemplateText EMPTY = new TemplateText("", new int[0], new byte[0]);

    private final String chars;
    private final int[] ends;
    private final byte[] kinds;

    TemplateText(String chars, int[] ends, byte[] kinds) {
        this.chars = chars;
        this.ends = ends;
        this.kinds = kinds;
    }

    static TemplateText of(String chars, byte kind) {
        return chars.isEmpty() ? EMPTY : new TemplateText(chars, new int[] {chars.length()}, new byte[] {kind});
    }

    /** Characters of the template's own. */
    static TemplateText own(String chars) {
        return of(chars, TEMPLATE);
    }

    int length() {
        return chars.length();
    }

    int runs() {
        return ends.length;
    }

    int runStart(int run) {
        return run == 0 ? 0 : ends[run - 1];
    }

    int runEnd(int run) {
        return ends[run];
    }

    byte runKind(int run) {
        return kinds[run];
    }

    /** The run that holds a character. */
    int runAt(int index) {
        int at = Arrays.binarySearch(ends, index);
        return at >= 0 ? at + 1 : -at - 1;
    }

    byte kindAt(int index) {
        return kinds[runAt(index)];
    }

    TemplateText slice(int start, int end, Meter meter) {
        if (start >= end) {
            return EMPTY;
        }
        if (start == 0 && end == chars.length()) {
            return this;
        }
        return new TextBuilder(meter).append(this, start, end).toText();
    }

    /** The number of code points, which is what Python calls a string's length. */
    int codePoints() {
        return chars.codePointCount(0, chars.length());
    }

    @Override
    public String toString() {
        return chars;
    }
}
