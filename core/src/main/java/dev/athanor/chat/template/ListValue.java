package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list or a tuple. Only lists that the template made itself can be appended to. */
final class ListValue implements Value {
    private final List<Value> items;
    private final boolean tuple;
    private final boolean data;

    private ListValue(List<Value> items, boolean tuple, boolean data) {
        this.items = items;
        this.tuple = tuple;
        this.data = data;
    }

    /** A list made by the template; the items are taken over, not copied. */
    static ListValue of(List<Value> items) {
        return new ListValue(items, false, false);
    }

    static ListValue tuple(List<Value> items) {
        return new ListValue(items, true, false);
    }

    static ListValue pair(Value first, Value second) {
        return tuple(List.of(first, second));
    }

    /** A list given with the conversation. */
    static ListValue data(List<Value> items) {
        return new ListValue(items, false, true);
    }

    /** A list of the same kind and origin. */
    ListValue with(List<Value> changed) {
        return new ListValue(changed, tuple, data);
    }

    List<Value> items() {
        return Collections.unmodifiableList(items);
    }

    int size() {
        return items.size();
    }

    boolean tuple() {
        return tuple;
    }

    boolean data() {
        return data;
    }

    void append(Value item, Meter meter) {
        if (tuple || data || !(items instanceof ArrayList)) {
            throw meter.fail("Only a list that the template made can be appended to, but this is "
                    + (tuple ? "a tuple" : "a list it was given"));
        }
        items.add(item);
    }
}
