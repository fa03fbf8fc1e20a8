package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mapping in the order its keys were first given; keys are equal as Python's are, so 1, 1.0 and true are one key. */
final class MapValue implements Value {
    /** One key with its value. */
    record Entry(Value key, Value value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();
    private final boolean data;

    /** @param data whether the mapping was given with the conversation */
    MapValue(boolean data) {
        this.data = data;
    }

    boolean data() {
        return data;
    }

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<Value> keys() {
        List<Value> keys = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            keys.add(entry.key());
        }
        return keys;
    }

    void put(Value key, Value value, Meter meter) {
        Object hashed = hashed(key, meter);
        Entry old = entries.get(hashed);
        entries.put(hashed, new Entry(old == null ? key : old.key(), value));
    }

    @Nullable
    Value get(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    @Nullable
    Value get(Value key, Meter meter) {
        Entry entry = entries.get(hashed(key, meter));
        return entry == null ? null : entry.value();
    }

    /** What two values share exactly when Python's dict takes them for one key. */
    static Object hashed(Value key, Meter meter) {
        return switch (key) {
            case TemplateText text -> text.toString();
            case Int number -> number.value();
            case Bool bool -> (long) bool.ordinal();
            case Real number -> {
                double real = number.value();
                long whole = (long) real;
                yield whole == real && Math.abs(real) < 0x1p62 ? (Object) whole : (Object) real;
            }
            case TemplateNone none -> none;
            case ListValue list
            when list.tuple() -> {
                meter.enter();
                List<Object> parts = new ArrayList<>(list.size());
                for (Value item : list.items()) {
                    meter.step();
                    parts.add(hashed(item, meter));
                }
                meter.leave();
                yield parts;
            }
            default ->
                throw meter.fail(
                        "A key must be a string, a number, none or a tuple of them, but it is " + Value.kind(key));
        };
    }
}
