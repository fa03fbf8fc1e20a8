package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What Python's strings can do, done so that every character keeps its origin. */
final class TextOps {
    private TextOps() {}

    static TemplateText spaces(long count, Meter meter) {
        long wanted = Math.max(0, count);
        meter.fits(wanted);
        meter.chars(wanted);
        return TemplateText.own(" ".repeat((int) wanted));
    }

    /** @param set the characters to take off; {@link TemplateNone} for white space */
    static TemplateText strip(TemplateText text, Value set, boolean left, boolean right, Meter meter) {
        String chars = text.toString();
        meter.chars(chars.length());
        int start = 0;
        int end = chars.length();
        if (set instanceof TemplateText wanted) {
            meter.chars(wanted.length());
            Set<Integer> codePoints = new HashSet<>();
            wanted.toString().codePoints().forEach(codePoints::add);
            while (left && start < end && codePoints.contains(chars.codePointAt(start))) {
                start += Character.charCount(chars.codePointAt(start));
            }
            while (right && end > start && codePoints.contains(chars.codePointBefore(end))) {
                end -= Character.charCount(chars.codePointBefore(end));
            }
        } else if (set == TemplateNone.NONE || set == Value.MISSING) {
            start = left ? Chars.startOfStripped(chars, start, end) : start;
            end = right ? Chars.endOfStripped(chars, start, end) : end;
        } else {
            throw meter.fail("The characters to strip must be a string, but they are " + Value.kind(set));
        }
        return text.slice(start, end, meter);
    }

    /** Changes the letters of each run for itself, since a change may alter the length. */
    private static TemplateText mapped(TemplateText text, UnaryOperator<String> change, Meter meter) {
        TextBuilder changed = new TextBuilder(meter);
        for (int run = 0; run < text.runs(); run++) {
            changed.append(
                    change.apply(text.toString().substring(text.runStart(run), text.runEnd(run))), text.runKind(run));
        }
        return changed.toText();
    }

    static TemplateText upper(TemplateText text, Meter meter) {
        return mapped(text, part -> part.toUpperCase(Locale.ROOT), meter);
    }

    static TemplateText lower(TemplateText text, Meter meter) {
        return mapped(text, part -> part.toLowerCase(Locale.ROOT), meter);
    }

    static TemplateText capitalize(TemplateText text, Meter meter) {
        return capitalize(text, 0, text.length(), meter);
    }

    private static TemplateText capitalize(TemplateText text, int start, int end, Meter meter) {
        if (start >= end) {
            return TemplateText.EMPTY;
        }
        int second = start + Character.charCount(text.toString().codePointAt(start));
        TextBuilder changed = new TextBuilder(meter);
        changed.append(upper(text.slice(start, second, meter), meter));
        changed.append(lower(text.slice(second, Math.max(second, end), meter), meter));
        return changed.toText();
    }

    /** {@code str.title}: a letter behind anything but a letter is made large, any other small. */
    static TemplateText title(TemplateText text, Meter meter) {
        return words(text, meter, false);
    }

    /** The filter {@code title}: words begin behind blanks, hyphens and opening brackets. */
    static TemplateText titleFilter(TemplateText text, Meter meter) {
        return words(text, meter, true);
    }

    private static TemplateText words(TemplateText text, Meter meter, boolean atBlanks) {
        String chars = text.toString();
        TextBuilder changed = new TextBuilder(meter);
        int start = 0;
        for (int at = 0; at < chars.length(); ) {
            int codePoint = chars.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            boolean separates = atBlanks
                    ? (codePoint < 0x10000 && Chars.isSpace((char) codePoint)) || "-({[<".indexOf(codePoint) >= 0
                    : !isCased(codePoint);
            if (separates) {
                changed.append(capitalize(text, start, at, meter));
                changed.append(text, at, next);
                start = next;
            }
            at = next;
        }
        return changed.append(capitalize(text, start, chars.length(), meter)).toText();
    }

    private static boolean isCased(int codePoint) {
        return Character.isUpperCase(codePoint) || Character.isLowerCase(codePoint) || Character.isTitleCase(codePoint);
    }

    /** @param count how often at most; negative for always */
    static TemplateText replace(TemplateText text, TemplateText old, TemplateText with, int count, Meter meter) {
        String chars = text.toString();
        TextBuilder changed = new TextBuilder(meter);
        int done = 0;
        int left = count < 0 ? Integer.MAX_VALUE : count;
        if (old.length() == 0) {
            for (int at = 0; left > 0 && at <= chars.length(); left--) {
                changed.append(text, done, at).append(with);
                done = at;
                at += at < chars.length() ? Character.charCount(chars.codePointAt(at)) : 1;
            }
            return changed.append(text, done, chars.length()).toText();
        }
        for (; left > 0; left--) {
            int found = Chars.find(chars, old.toString(), done, meter);
            if (found < 0) {
                break;
            }
            changed.append(text, done, found).append(with);
            done = found + old.length();
        }
        return changed.append(text, done, chars.length()).toText();
    }

    /** @param separator what to cut at; anything but a string for runs of white space */
    static Value split(TemplateText text, Value separator, int count, boolean fromRight, Meter meter) {
        String chars = text.toString();
        meter.chars(chars.length());
        List<int[]> parts =
                separator instanceof TemplateText cut ? partsBetween(chars, cut.toString(), meter) : words(chars);
        boolean limited = count >= 0 && parts.size() > count + 1L;
        int apart = limited ? count : parts.size();
        List<Value> items = new ArrayList<>();
        if (limited && fromRight) {
            int[] last = parts.get(parts.size() - apart - 1);
            items.add(text.slice(0, last[1], meter));
        }
        int first = fromRight ? parts.size() - apart : 0;
        for (int[] part : parts.subList(first, first + apart)) {
            meter.step();
            items.add(text.slice(part[0], part[1], meter));
        }
        if (limited && !fromRight) {
            items.add(text.slice(parts.get(apart)[0], chars.length(), meter));
        }
        return ListValue.of(items);
    }

    private static List<int[]> partsBetween(String chars, String cut, Meter meter) {
        if (cut.isEmpty()) {
            throw meter.fail("A string must be split at something, but the separator is empty");
        }
        List<int[]> parts = new ArrayList<>();
        int start = 0;
        for (int found = Chars.find(chars, cut, 0, meter); found >= 0; found = Chars.find(chars, cut, start, meter)) {
            meter.items(1);
            parts.add(new int[] {start, found});
            start = found + cut.length();
        }
        parts.add(new int[] {start, chars.length()});
        return parts;
    }

    private static List<int[]> words(String chars) {
        List<int[]> parts = new ArrayList<>();
        int at = Chars.startOfStripped(chars, 0, chars.length());
        while (at < chars.length()) {
            int end = at;
            while (end < chars.length() && !Chars.isSpace(chars.charAt(end))) {
                end++;
            }
            parts.add(new int[] {at, end});
            at = Chars.startOfStripped(chars, end, chars.length());
        }
        return parts;
    }

    static List<Value> lines(TemplateText text, boolean keepEnds, Meter meter) {
        String chars = text.toString();
        List<Value> lines = new ArrayList<>();
        int start = 0;
        while (start < chars.length()) {
            meter.step();
            int end = start;
            while (end < chars.length() && !Chars.isLineEnd(chars.charAt(end))) {
                end++;
            }
            int next = end == chars.length() ? end : chars.startsWith("\r\n", end) ? end + 2 : end + 1;
            lines.add(text.slice(start, keepEnds ? next : end, meter));
            start = next;
        }
        return lines;
    }

    static int count(TemplateText text, TemplateText wanted, Meter meter) {
        if (wanted.length() == 0) {
            return text.codePoints() + 1;
        }
        return partsBetween(text.toString(), wanted.toString(), meter).size() - 1;
    }
}
