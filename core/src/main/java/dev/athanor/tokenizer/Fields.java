package dev.athanor.tokenizer;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One component of a tokenizer.json: its fields are taken one by one, and a field that nobody takes is refused. */
final class Fields {
    private final String where;
    private final Map<?, ?> map;
    private final Set<Object> used = new HashSet<>();

    private Fields(String where, Map<?, ?> map) {
        this.where = where;
        this.map = map;
    }

    static Fields of(String where, Object tree) {
        if (tree instanceof Map<?, ?> map) {
            return new Fields(where, map);
        }
        throw new TokenizerFormatException(where + ": expected an object, found " + shown(tree));
    }

    /** A value for a message: its beginning. */
    static String shown(Object tree) {
        return beginning(tree instanceof String s ? "\"" + s + "\"" : tree.toString());
    }

    /** The beginning of a text for a message. */
    static String beginning(String text) {
        return line(text.length() <= 200 ? text : text.substring(0, 200) + "…");
    }

    /** Text for a message: on one line, with what cannot be printed as its number. */
    static String line(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || (c >= 0xD800 && c < 0xE000)) {
                out.append("\\u%04x".formatted(c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    boolean has(String name) {
        return map.containsKey(name) && map.get(name) != JsonTree.NULL;
    }

    /** The field's value, {@link JsonTree#NULL} where there is none. */
    Object value(String name) {
        used.add(name);
        Object value = map.get(name);
        return value == null ? JsonTree.NULL : value;
    }

    String string(String name) {
        return value(name) instanceof String s ? s : refuse(name, "a string");
    }

    boolean flag(String name, boolean otherwise) {
        Object value = value(name);
        if (value == JsonTree.NULL) {
            return otherwise;
        }
        return value instanceof Boolean b ? b : refuse(name, "true or false");
    }

    int integer(String name) {
        return value(name) instanceof Integer i ? i : refuse(name, "an integer from 0 to 999999999");
    }

    List<?> list(String name) {
        return value(name) instanceof List<?> l ? l : refuse(name, "a list");
    }

    Fields fields(String name) {
        return of(where + "." + name, value(name));
    }

    /** Refuses the component unless the flag is off or missing. */
    void requireOff(String name) {
        if (flag(name, false)) {
            refuse(name, "false, since Athanor does not do this");
        }
    }

    /** Refuses the component if the field has a value other than an empty string. */
    void requireEmpty(String name) {
        if (has(name) && !value(name).equals("")) {
            refuse(name, "nothing, since Athanor does not do this");
        }
        used.add(name);
    }

    void ignore(String... names) {
        used.addAll(List.of(names));
    }

    <T> T refuse(String name, String expected) {
        throw new TokenizerFormatException(
                where + "." + name + ": expected " + expected + ", found " + shown(value(name)));
    }

    /** Refuses fields that nobody asked for. */
    void end() {
        for (Object name : map.keySet()) {
            if (!used.contains(name)) {
                throw new TokenizerFormatException(
                        where + ": expected no field " + shown(name) + ", found " + shown(value((String) name)));
            }
        }
    }
}
