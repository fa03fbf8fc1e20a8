package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;

/** What a loop goes through. */
final class Sequences {
    private Sequences() {}

    /** The items of a list, the keys of a mapping, the characters of a string; nothing of what is undefined. */
    static List<Value> items(Value value, Meter meter) {
        return switch (value) {
            case ListValue list -> list.items();
            case MapValue map -> {
                meter.items(map.size());
                yield map.keys();
            }
            case TemplateText text -> characters(text, meter);
            case Value.Undefined _ -> List.of();
            default ->
                throw meter.fail(
                        "There must be a list, a mapping or a string to go through, but there is " + Value.kind(value));
        };
    }

    private static List<Value> characters(TemplateText text, Meter meter) {
        String chars = text.toString();
        List<Value> items = new ArrayList<>();
        for (int at = 0; at < chars.length(); ) {
            meter.step();
            int end = at + Character.charCount(chars.codePointAt(at));
            items.add(text.slice(at, end, meter));
            at = end;
        }
        return items;
    }

    static int length(Value value, Meter meter) {
        return switch (value) {
            case TemplateText text -> {
                meter.chars(text.length());
                yield text.codePoints();
            }
            case ListValue list -> list.size();
            case MapValue map -> map.size();
            case Value.Undefined _ -> 0;
            default ->
                throw meter.fail("Only a string, a list or a mapping has a length, but this is " + Value.kind(value));
        };
    }
}
