package dev.athanor.chat.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace()} gives: the one thing whose attributes a template may set, even from inside a loop. */
record NamespaceValue(Map<String, Value> attributes) implements Value {
    NamespaceValue {
        attributes = new LinkedHashMap<>(attributes);
    }
}
