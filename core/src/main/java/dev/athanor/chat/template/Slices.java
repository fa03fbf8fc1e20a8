package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;

/** Python's slices of strings and lists; a string's indexes count code points. */
final class Slices {
    private Slices() {}

    static Value slice(Value target, Value start, Value stop, Value step, Meter meter) {
        if (!(target instanceof TemplateText) && !(target instanceof ListValue)) {
            throw meter.fail("Only a string or a list can be sliced, but this is " + Value.kind(target));
        }
        int length = Sequences.length(target, meter);
        long by = index(step, 1, meter);
        if (by == 0) {
            throw meter.fail("A slice's step must not be zero, but it is");
        }
        long first = bound(index(start, by > 0 ? 0 : length, meter), length, by);
        // Behind "none" with a negative step lies the place before the first item, which no index can name.
        long last = stop == TemplateNone.NONE && by < 0 ? -1 : bound(index(stop, length, meter), length, by);
        if (target instanceof TemplateText text) {
            return ofText(text, first, last, by, meter);
        }
        ListValue list = (ListValue) target;
        meter.items(list.size());
        List<Value> items = new ArrayList<>();
        for (long i = first; by > 0 ? i < last : i > last; i += by) {
            items.add(list.items().get((int) i));
        }
        return list.with(items);
    }

    private static long index(Value value, long otherwise, Meter meter) {
        if (value == TemplateNone.NONE) {
            return otherwise;
        }
        if (!Arithmetic.isWhole(value)) {
            throw meter.fail("The bounds of a slice must be integers, but one is " + Value.kind(value));
        }
        return Math.clamp(Arithmetic.whole(value), -Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    private static long bound(long index, int length, long step) {
        long counted = index < 0 ? index + length : index;
        return step > 0 ? Math.clamp(counted, 0, length) : Math.clamp(counted, -1, length - 1);
    }

    private static TemplateText ofText(TemplateText text, long first, long last, long step, Meter meter) {
        String chars = text.toString();
        if (step == 1) {
            if (first >= last) {
                return TemplateText.EMPTY;
            }
            int start = chars.offsetByCodePoints(0, (int) first);
            return text.slice(start, chars.offsetByCodePoints(start, (int) (last - first)), meter);
        }
        TextBuilder picked = new TextBuilder(meter);
        meter.items(chars.length());
        int[] starts = starts(chars);
        for (long i = first; step > 0 ? i < last : i > last; i += step) {
            int start = starts[(int) i];
            picked.append(text, start, start + Character.charCount(chars.codePointAt(start)));
        }
        return picked.toText();
    }

    private static int[] starts(String chars) {
        int[] starts = new int[chars.codePointCount(0, chars.length())];
        for (int i = 0, at = 0; i < starts.length; i++) {
            starts[i] = at;
            at += Character.charCount(chars.codePointAt(at));
        }
        return starts;
    }
}
