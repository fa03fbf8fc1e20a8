package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;

/** The filters and tests by their names. */
final class Library {
    private final Meter meter;
    private final ListFilters lists;
    private final NumberFilters numbers;

    Library(Meter meter) {
        this.meter = meter;
        this.lists = new ListFilters(this, meter);
        this.numbers = new NumberFilters(meter);
    }

    Value filter(String name, Value value, Args args) {
        meter.step();
        return switch (name) {
            case "trim" ->
                TextOps.strip(
                        text(value), args.bind(name, meter, "chars").get(0, TemplateNone.NONE), true, true, meter);
            case "upper", "lower", "title", "capitalize", "string", "safe", "escape", "e", "wordcount" -> {
                args.bind(name, meter);
                yield plain(name, value);
            }
            case "length", "count" -> {
                args.bind(name, meter);
                yield Value.Int.of(Sequences.length(value, meter));
            }
            case "replace" -> {
                Args.Bound bound = args.bind(name, meter, "old", "new", "count");
                int count = bound.get(2, TemplateNone.NONE) == TemplateNone.NONE ? -1 : bound.integer(2);
                yield TextOps.replace(text(value), text(bound.get(0)), text(bound.get(1)), count, meter);
            }
            case "indent" -> indent(text(value), args.bind(name, meter, "width", "first", "blank"));
            case "tojson" -> Json.write(value, args, meter);
            case "default", "d" -> {
                Args.Bound bound = args.bind(name, meter, "default_value", "boolean");
                boolean given = !(value instanceof Value.Undefined) && (!bound.flag(1, false) || Value.truth(value));
                yield given ? value : bound.get(0, TemplateText.EMPTY);
            }
            case "int", "float", "abs", "round" -> numbers.filter(name, value, args);
            default -> lists.filter(name, value, args);
        };
    }

    private TemplateText text(Value value) {
        return Repr.text(value, meter);
    }

    private Value plain(String name, Value value) {
        TemplateText text = text(value);
        return switch (name) {
            case "upper" -> TextOps.upper(text, meter);
            case "lower" -> TextOps.lower(text, meter);
            case "title" -> TextOps.titleFilter(text, meter);
            case "capitalize" -> TextOps.capitalize(text, meter);
            case "escape", "e" -> escape(text);
            case "wordcount" -> Value.Int.of(wordCount(text));
            default -> text;
        };
    }

    private TemplateText escape(TemplateText text) {
        String chars = text.toString();
        TextBuilder escaped = new TextBuilder(meter);
        int done = 0;
        for (int at = 0; at < chars.length(); at++) {
            String entity = switch (chars.charAt(at)) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '"' -> "&#34;";
                case '\'' -> "&#39;";
                default -> "";
            };
            if (!entity.isEmpty()) {
                escaped.append(text, done, at).append(entity, text.kindAt(at));
                done = at + 1;
            }
        }
        return escaped.append(text, done, chars.length()).toText();
    }

    private int wordCount(TemplateText text) {
        meter.chars(text.length());
        String chars = text.toString();
        int words = 0;
        boolean inside = false;
        for (int at = 0; at < chars.length(); at += Character.charCount(chars.codePointAt(at))) {
            int codePoint = chars.codePointAt(at);
            boolean word = codePoint == '_' || Character.isLetterOrDigit(codePoint);
            words += word && !inside ? 1 : 0;
            inside = word;
        }
        return words;
    }

    private TemplateText indent(TemplateText text, Args.Bound args) {
        TemplateText width = args.get(0, Value.Int.of(4)) instanceof TemplateText given
                ? given
                : TextOps.spaces(args.integer(0, 4), meter);
        boolean blank = args.flag(2, false);
        TextBuilder out = new TextBuilder(meter);
        // Python's trick: with one newline more, a text that ends in one keeps its last, empty line.
        TemplateText lines = new TextBuilder(meter)
                .append(text)
                .append("\n", TemplateText.TEMPLATE)
                .toText();
        boolean first = true;
        byte newline = TemplateText.TEMPLATE;
        for (Value item : TextOps.lines(lines, true, meter)) {
            TemplateText line = text(item);
            int end = line.toString().endsWith("\r\n") ? line.length() - 2 : line.length() - 1;
            if (!first) {
                out.append("\n", newline);
            }
            if (first ? args.flag(1, false) : blank || end > 0) {
                out.append(width);
            }
            out.append(line, 0, end);
            newline = line.kindAt(end);
            first = false;
        }
        return out.toText();
    }

    boolean test(String name, Value value, Args args) {
        meter.step();
        return switch (name) {
            case "in" -> Comparing.contains(args.bind(name, meter, "seq").get(0), value, meter);
            case "eq", "equalto", "==" -> compared("==", value, args);
            case "ne", "!=" -> compared("!=", value, args);
            case "lt", "lessthan", "<" -> compared("<", value, args);
            case "le", "<=" -> compared("<=", value, args);
            case "gt", "greaterthan", ">" -> compared(">", value, args);
            case "ge", ">=" -> compared(">=", value, args);
            case "sameas" -> {
                Value other = args.bind(name, meter, "other").get(0);
                yield Value.kind(value).equals(Value.kind(other)) && Comparing.equal(value, other, meter);
            }
            case "divisibleby" -> remainder(value, args.bind(name, meter, "num").get(0)) == 0;
            case "odd", "even" -> {
                args.bind(name, meter);
                yield (remainder(value, Value.Int.of(2)) == 0) == name.equals("even");
            }
            default -> {
                args.bind(name, meter);
                yield is(name, value);
            }
        };
    }

    private boolean compared(String operator, Value value, Args args) {
        return Comparing.holds(
                operator, value, args.bind(operator, meter, "other").get(0), meter);
    }

    private double remainder(Value value, Value divisor) {
        return Arithmetic.real(
                Arithmetic.isNumber(value) && Arithmetic.isNumber(divisor)
                        ? Arithmetic.binary("%", value, divisor, meter)
                        : noNumber());
    }

    private Value noNumber() {
        throw meter.fail("Only numbers are odd, even or divisible, but this is something else");
    }

    private boolean is(String name, Value value) {
        return switch (name) {
            case "defined" -> !(value instanceof Value.Undefined);
            case "undefined" -> value instanceof Value.Undefined;
            case "none" -> value == TemplateNone.NONE;
            case "string" -> value instanceof TemplateText;
            case "mapping" -> value instanceof MapValue;
            case "iterable", "sequence" ->
                value instanceof TemplateText
                        || value instanceof ListValue
                        || value instanceof MapValue
                        || value instanceof Value.Undefined;
            case "number" -> Arithmetic.isNumber(value);
            case "integer" -> value instanceof Value.Int;
            case "float" -> value instanceof Value.Real;
            case "boolean" -> value instanceof Value.Bool;
            case "true" -> value == Value.Bool.TRUE;
            case "false" -> value == Value.Bool.FALSE;
            case "callable" -> value instanceof Function;
            case "lower" -> Methods.is("islower", Repr.text(value, meter).toString());
            case "upper" -> Methods.is("isupper", Repr.text(value, meter).toString());
            default -> throw meter.fail("A test must be one this engine knows, but '" + name + "' is not");
        };
    }

    /** The values a test lets through, each looked at through an attribute where one is given. */
    ListValue chosen(Value value, Value attribute, boolean wanted, Args test) {
        List<Value> chosen = new ArrayList<>();
        Value name =
                test.positional().isEmpty() ? Value.MISSING : test.positional().getFirst();
        Args rest = test.from(1);
        for (Value item : Sequences.items(value, meter)) {
            meter.step();
            Value seen = attribute == Value.MISSING ? item : Attributes.path(item, attribute, meter);
            boolean holds =
                    name == Value.MISSING ? Value.truth(seen) : test(text(name).toString(), seen, rest);
            if (holds == wanted) {
                chosen.add(item);
            }
        }
        return ListValue.of(chosen);
    }
}
