package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;

/**
 * The filter {@code tojson} as transformers gives it to templates: Python's {@code json.dumps}, with text left as it
 * is.
 */
final class Json {
    private final Meter meter;
    private final TextBuilder out;
    private final boolean ascii;
    private final boolean sorted;
    private final boolean lines;
    private final TemplateText indent;
    private final TemplateText comma;
    private final TemplateText colon;

    private Json(Args.Bound args, Meter meter) {
        this.meter = meter;
        this.out = new TextBuilder(meter);
        this.ascii = args.flag(0, false);
        Value indentation = args.get(1, TemplateNone.NONE);
        this.lines = indentation != TemplateNone.NONE;
        this.indent = !lines
                ? TemplateText.EMPTY
                : indentation instanceof TemplateText text ? text : TextOps.spaces(args.integer(1), meter);
        Value separators = args.get(2, TemplateNone.NONE);
        if (separators instanceof ListValue list
                && list.size() == 2
                && list.items().get(0) instanceof TemplateText first
                && list.items().get(1) instanceof TemplateText second) {
            this.comma = first;
            this.colon = second;
        } else if (separators == TemplateNone.NONE) {
            this.comma = TemplateText.own(lines ? "," : ", ");
            this.colon = TemplateText.own(": ");
        } else {
            throw args.wrong(2, "two strings");
        }
        this.sorted = args.flag(3, false);
    }

    /** @param args {@code ensure_ascii}, {@code indent}, {@code separators} and {@code sort_keys} */
    static TemplateText write(Value value, Args args, Meter meter) {
        Json json = new Json(args.bind("tojson", meter, "ensure_ascii", "indent", "separators", "sort_keys"), meter);
        json.write(value, 0, false);
        return json.out.toText();
    }

    private static byte kind(boolean data) {
        return data ? TemplateText.DATA : TemplateText.TEMPLATE;
    }

    private void write(Value value, int level, boolean data) {
        meter.step();
        meter.enter();
        switch (value) {
            case TemplateText text -> writeText(text, data);
            case TemplateNone _ -> out.append("null", kind(data));
            case Value.Bool bool -> out.append(bool == Value.Bool.TRUE ? "true" : "false", kind(data));
            case Value.Int number -> out.append(Long.toString(number.value()), kind(data || number.data()));
            case Value.Real number -> out.append(real(number.value()), kind(data || number.data()));
            case ListValue list -> writeList(list, level + 1, data || list.data());
            case MapValue map -> writeMap(map, level + 1, data || map.data());
            case Value.Undefined _, NamespaceValue _, LoopValue _, Function _ ->
                throw meter.fail("Only strings, numbers, booleans, none, lists and mappings can be JSON, but this is "
                        + Value.kind(value));
        }
        meter.leave();
    }

    private static String real(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Repr.real(value);
    }

    private void writeList(ListValue list, int level, boolean data) {
        out.append("[", kind(data));
        boolean first = true;
        for (Value item : list.items()) {
            between(first, level, data);
            first = false;
            write(item, level, data);
        }
        close(first, level, "]", data);
    }

    private void writeMap(MapValue map, int level, boolean data) {
        out.append("{", kind(data));
        List<MapValue.Entry> entries = new ArrayList<>(map.entries());
        if (sorted) {
            entries.sort((a, b) -> Comparing.order(a.key(), b.key(), meter));
        }
        boolean first = true;
        for (MapValue.Entry entry : entries) {
            between(first, level, data);
            first = false;
            writeText(key(entry.key()), data);
            separator(colon, data);
            write(entry.value(), level, data);
        }
        close(first, level, "}", data);
    }

    private void between(boolean first, int level, boolean data) {
        if (!first) {
            separator(comma, data);
        }
        newLine(level, data);
    }

    private void separator(TemplateText separator, boolean data) {
        out.append(separator, 0, separator.length(), kind(data));
    }

    private void close(boolean empty, int level, String bracket, boolean data) {
        if (!empty) {
            newLine(level - 1, data);
        }
        out.append(bracket, kind(data));
    }

    private void newLine(int level, boolean data) {
        if (lines) {
            out.append("\n", kind(data));
            for (int i = 0; i < level; i++) {
                separator(indent, data);
            }
        }
    }

    private TemplateText key(Value key) {
        return switch (key) {
            case TemplateText text -> text;
            case TemplateNone _ -> TemplateText.own("null");
            case Value.Bool bool -> TemplateText.own(bool == Value.Bool.TRUE ? "true" : "false");
            case Value.Int _, Value.Real _ -> Repr.text(key, meter);
            default ->
                throw meter.fail(
                        "A key of JSON must be a string, a number, a boolean or none, but it is " + Value.kind(key));
        };
    }

    private void writeText(TemplateText text, boolean data) {
        String chars = text.toString();
        out.append("\"", kind(data));
        int done = 0;
        for (int at = 0; at < chars.length(); at++) {
            char c = chars.charAt(at);
            if (c < ' ' || c == '"' || c == '\\' || (ascii && c > '~')) {
                out.append(text, done, at);
                out.append(escaped(c), text.kindAt(at));
                done = at + 1;
            }
        }
        out.append(text, done, chars.length());
        out.append("\"", kind(data));
    }

    private static String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\f' -> "\\f";
            case '\b' -> "\\b";
            case '\u007f' -> "\u007f";
            default -> "\\u" + Repr.hex(c, 4);
        };
    }
}
