package dev.athanor.chat.template;

import java.util.Arrays;

/** Puts a text together; counts its characters against the budget and refuses it when it gets too long. */
final class TextBuilder {
    private final Meter meter;
    private final StringBuilder chars = new StringBuilder();
    private int[] ends = new int[4];
    private byte[] kinds = new byte[4];
    private int runs;

    TextBuilder(Meter meter) {
        this.meter = meter;
    }

    int length() {
        return chars.length();
    }

    TextBuilder append(String added, byte kind) {
        grow(added.length());
        chars.append(added);
        mark(chars.length(), kind);
        return this;
    }

    TextBuilder append(TemplateText text) {
        return append(text, 0, text.length());
    }

    TextBuilder append(TemplateText text, int start, int end) {
        return append(text, start, end, (byte) 0);
    }

    /** Appends a part of a text and adds bits to its kinds. */
    TextBuilder append(TemplateText text, int start, int end, byte bits) {
        if (start >= end) {
            return this;
        }
        grow(end - start);
        int base = chars.length() - start;
        chars.append(text.toString(), start, end);
        for (int run = text.runAt(start); run < text.runs() && text.runStart(run) < end; run++) {
            mark(base + Math.min(text.runEnd(run), end), (byte) (text.runKind(run) | bits));
        }
        return this;
    }

    private void grow(int count) {
        meter.fits((long) chars.length() + count);
        meter.chars(count);
    }

    private void mark(int end, byte kind) {
        int last = runs == 0 ? 0 : ends[runs - 1];
        if (end == last) {
            return;
        }
        if (runs > 0 && kinds[runs - 1] == kind) {
            ends[runs - 1] = end;
            return;
        }
        if (runs == ends.length) {
            ends = Arrays.copyOf(ends, 2 * runs);
            kinds = Arrays.copyOf(kinds, 2 * runs);
        }
        meter.items(1);
        ends[runs] = end;
        kinds[runs++] = kind;
    }

    TemplateText toText() {
        if (runs == 0) {
            return TemplateText.EMPTY;
        }
        return new TemplateText(chars.toString(), Arrays.copyOf(ends, runs), Arrays.copyOf(kinds, runs));
    }
}
