package dev.athanor.chat.template;

import java.math.BigDecimal;

/** Values as Python writes them. */
final class Repr {
    private final Meter meter;
    private final TextBuilder out;

    private Repr(Meter meter) {
        this.meter = meter;
        this.out = new TextBuilder(meter);
    }

    /** What {@code str} gives, and so what a template prints; nothing for what is undefined. */
    static TemplateText text(Value value, Meter meter) {
        return switch (value) {
            case TemplateText text -> text;
            case Value.Undefined _ -> TemplateText.EMPTY;
            default -> {
                Repr repr = new Repr(meter);
                repr.write(value, false);
                yield repr.out.toText();
            }
        };
    }

    /** What {@code repr} gives: as {@link #text}, but strings in quotes. */
    static TemplateText quoted(Value value, Meter meter) {
        Repr repr = new Repr(meter);
        repr.write(value, false);
        return repr.out.toText();
    }

    private void write(Value value, boolean data) {
        meter.step();
        meter.enter();
        byte kind = data ? TemplateText.DATA : TemplateText.TEMPLATE;
        switch (value) {
            case TemplateText text -> writeText(text, kind);
            case TemplateNone _ -> out.append("None", kind);
            case Value.Bool bool -> out.append(bool == Value.Bool.TRUE ? "True" : "False", kind);
            case Value.Int number ->
                out.append(Long.toString(number.value()), number.data() ? TemplateText.DATA : kind);
            case Value.Real number -> out.append(real(number.value()), number.data() ? TemplateText.DATA : kind);
            case Value.Undefined _ -> out.append("Undefined", kind);
            case ListValue list -> writeList(list, data || list.data());
            case MapValue map -> writeMap(map, data || map.data());
            case NamespaceValue _, LoopValue _, Function _ ->
                throw meter.fail("Only data can be written, but this is " + Value.kind(value)
                        + "; perhaps a call lacks its brackets");
        }
        meter.leave();
    }

    private void writeList(ListValue list, boolean data) {
        byte kind = data ? TemplateText.DATA : TemplateText.TEMPLATE;
        out.append(list.tuple() ? "(" : "[", kind);
        String between = "";
        for (Value item : list.items()) {
            out.append(between, kind);
            write(item, data);
            between = ", ";
        }
        out.append(!list.tuple() ? "]" : list.size() == 1 ? ",)" : ")", kind);
    }

    private void writeMap(MapValue map, boolean data) {
        byte kind = data ? TemplateText.DATA : TemplateText.TEMPLATE;
        out.append("{", kind);
        String between = "";
        for (MapValue.Entry entry : map.entries()) {
            out.append(between, kind);
            write(entry.key(), data);
            out.append(": ", kind);
            write(entry.value(), data);
            between = ", ";
        }
        out.append("}", kind);
    }

    private void writeText(TemplateText text, byte kind) {
        String chars = text.toString();
        char quote = chars.indexOf('\'') >= 0 && chars.indexOf('"') < 0 ? '"' : '\'';
        out.append(String.valueOf(quote), kind);
        int done = 0;
        for (int at = 0; at < chars.length(); ) {
            int codePoint = chars.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            if (codePoint == quote || codePoint == '\\' || !isPrintable(codePoint)) {
                out.append(text, done, at);
                out.append(escaped(codePoint), text.kindAt(at));
                done = next;
            }
            at = next;
        }
        out.append(text, done, chars.length());
        out.append(String.valueOf(quote), kind);
    }

    private static boolean isPrintable(int codePoint) {
        return codePoint == ' '
                || switch (Character.getType(codePoint)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.SPACE_SEPARATOR,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> false;
                    default -> true;
                };
    }

    private static String escaped(int codePoint) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\', '\'', '"' -> "\\" + (char) codePoint;
            default ->
                codePoint < 0x100
                        ? "\\x" + hex(codePoint, 2)
                        : codePoint < 0x10000 ? "\\u" + hex(codePoint, 4) : "\\U" + hex(codePoint, 8);
        };
    }

    static String hex(int value, int digits) {
        String hex = Integer.toHexString(value);
        return "0".repeat(Math.max(0, digits - hex.length())) + hex;
    }

    /** The shortest decimal that reads back as the same double, in Python's notation. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String sign = Double.compare(value, 0.0) < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String digits = decimal.unscaledValue().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        if (exponent < -4 || exponent >= 16) {
            String size = Integer.toString(Math.abs(exponent));
            return sign + digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "") + "e"
                    + (exponent < 0 ? "-" : "+") + (size.length() < 2 ? "0" : "") + size;
        }
        String plain = decimal.toPlainString();
        return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }
}
