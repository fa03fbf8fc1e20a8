package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;

/** The methods of strings, mappings and lists that templates may call. */
final class Methods {
    private Methods() {}

    /** The method, or {@link Value#MISSING} where the value has none of this name. */
    static Value method(Value target, String name, Meter meter) {
        Function.Body body = switch (target) {
            case TemplateText text -> ofText(text, name, meter);
            case MapValue map -> ofMap(map, name, meter);
            case ListValue list -> ofList(list, name, meter);
            default -> NO_METHOD;
        };
        return body == NO_METHOD ? Value.MISSING : new Function(name, body);
    }

    private static final Function.Body NO_METHOD = _ -> Value.MISSING;

    private static Function.Body ofText(TemplateText text, String name, Meter meter) {
        return switch (name) {
            case "strip", "lstrip", "rstrip" ->
                args -> {
                    Value set = args.bind(name, meter, "chars").get(0, TemplateNone.NONE);
                    return TextOps.strip(text, set, !name.equals("rstrip"), !name.equals("lstrip"), meter);
                };
            case "upper", "lower", "capitalize", "title" ->
                args -> {
                    args.bind(name, meter);
                    return switch (name) {
                        case "upper" -> TextOps.upper(text, meter);
                        case "lower" -> TextOps.lower(text, meter);
                        case "capitalize" -> TextOps.capitalize(text, meter);
                        default -> TextOps.title(text, meter);
                    };
                };
            case "startswith", "endswith" -> args -> Value.Bool.of(starts(text, name, args, meter));
            case "find", "rfind", "index" -> args -> find(text, name, args, meter);
            case "count" ->
                args -> Value.Int.of(
                        TextOps.count(text, args.bind(name, meter, "sub").text(0), meter));
            case "replace" ->
                args -> {
                    Args.Bound bound = args.bind(name, meter, "old", "new", "count");
                    return TextOps.replace(text, bound.text(0), bound.text(1), bound.integer(2, -1), meter);
                };
            case "split", "rsplit" ->
                args -> {
                    Args.Bound bound = args.bind(name, meter, "sep", "maxsplit");
                    Value separator = bound.get(0, TemplateNone.NONE);
                    if (separator != TemplateNone.NONE && !(separator instanceof TemplateText)) {
                        throw bound.wrong(0, "a string");
                    }
                    return TextOps.split(text, separator, bound.integer(1, -1), name.equals("rsplit"), meter);
                };
            case "splitlines" ->
                args -> ListValue.of(
                        TextOps.lines(text, args.bind(name, meter, "keepends").flag(0, false), meter));
            case "join" ->
                args -> ListFilters.join(args.bind(name, meter, "iterable").get(0), text, true, meter);
            case "removeprefix" ->
                args -> {
                    TemplateText prefix = args.bind(name, meter, "prefix").text(0);
                    boolean has = text.toString().startsWith(prefix.toString());
                    return has ? text.slice(prefix.length(), text.length(), meter) : text;
                };
            case "removesuffix" ->
                args -> {
                    TemplateText suffix = args.bind(name, meter, "suffix").text(0);
                    boolean has = text.toString().endsWith(suffix.toString());
                    return has ? text.slice(0, text.length() - suffix.length(), meter) : text;
                };
            case "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower" ->
                args -> {
                    args.bind(name, meter);
                    meter.chars(text.length());
                    return Value.Bool.of(is(name, text.toString()));
                };
            default -> NO_METHOD;
        };
    }

    /** Python's {@code str.isdigit} and its like. */
    static boolean is(String name, String chars) {
        return switch (name) {
            case "isdigit" -> !chars.isEmpty() && chars.codePoints().allMatch(Character::isDigit);
            case "isalpha" -> !chars.isEmpty() && chars.codePoints().allMatch(Character::isLetter);
            case "isalnum" -> !chars.isEmpty() && chars.codePoints().allMatch(Character::isLetterOrDigit);
            case "isspace" -> !chars.isEmpty() && chars.chars().allMatch(c -> Chars.isSpace((char) c));
            case "isupper" ->
                chars.codePoints().anyMatch(Character::isUpperCase)
                        && chars.codePoints().noneMatch(Character::isLowerCase);
            default ->
                chars.codePoints().anyMatch(Character::isLowerCase)
                        && chars.codePoints().noneMatch(Character::isUpperCase);
        };
    }

    private static boolean starts(TemplateText text, String name, Args args, Meter meter) {
        Args.Bound bound = args.bind(name, meter, "prefix");
        List<Value> wanted =
                bound.get(0) instanceof ListValue list && list.tuple() ? list.items() : List.of(bound.text(0));
        for (Value one : wanted) {
            if (!(one instanceof TemplateText part)) {
                throw bound.wrong(0, "a string or a tuple of strings");
            }
            meter.step();
            meter.chars(part.length());
            if (name.equals("startswith")
                    ? text.toString().startsWith(part.toString())
                    : text.toString().endsWith(part.toString())) {
                return true;
            }
        }
        return false;
    }

    private static Value find(TemplateText text, String name, Args args, Meter meter) {
        String chars = text.toString();
        String wanted = args.bind(name, meter, "sub").text(0).toString();
        int found = Chars.find(chars, wanted, 0, meter);
        for (int next = found; name.equals("rfind") && next >= 0; ) {
            found = next;
            next = next < chars.length() ? Chars.find(chars, wanted, next + 1, meter) : -1;
        }
        if (found < 0 && name.equals("index")) {
            throw meter.fail("'index' needs a string that occurs, but this one does not; 'find' gives -1 then");
        }
        return Value.Int.of(found < 0 ? -1 : chars.codePointCount(0, found));
    }

    private static Function.Body ofMap(MapValue map, String name, Meter meter) {
        return switch (name) {
            case "items" ->
                args -> {
                    args.bind(name, meter);
                    return ListFilters.items(map, meter);
                };
            case "keys" ->
                args -> {
                    args.bind(name, meter);
                    return ListValue.of(Sequences.items(map, meter));
                };
            case "values" ->
                args -> {
                    args.bind(name, meter);
                    meter.items(map.size());
                    List<Value> values = new ArrayList<>();
                    for (MapValue.Entry entry : map.entries()) {
                        values.add(entry.value());
                    }
                    return ListValue.of(values);
                };
            case "get" ->
                args -> {
                    Args.Bound bound = args.bind(name, meter, "key", "default");
                    Value value = map.get(bound.get(0), meter);
                    return value == null ? bound.get(1, TemplateNone.NONE) : value;
                };
            case "copy" ->
                args -> {
                    args.bind(name, meter);
                    meter.items(map.size());
                    MapValue copy = new MapValue(map.data());
                    for (MapValue.Entry entry : map.entries()) {
                        copy.put(entry.key(), entry.value(), meter);
                    }
                    return copy;
                };
            default -> NO_METHOD;
        };
    }

    private static Function.Body ofList(ListValue list, String name, Meter meter) {
        return switch (name) {
            case "append" ->
                args -> {
                    list.append(args.bind(name, meter, "item").get(0), meter);
                    return TemplateNone.NONE;
                };
            case "count" ->
                args -> {
                    Value wanted = args.bind(name, meter, "item").get(0);
                    int count = 0;
                    for (Value item : list.items()) {
                        count += Comparing.equal(item, wanted, meter) ? 1 : 0;
                    }
                    return Value.Int.of(count);
                };
            case "index" ->
                args -> {
                    Value wanted = args.bind(name, meter, "item").get(0);
                    for (int i = 0; i < list.size(); i++) {
                        if (Comparing.equal(list.items().get(i), wanted, meter)) {
                            return Value.Int.of(i);
                        }
                    }
                    throw meter.fail("'index' needs an item of the list, but this is none");
                };
            default -> NO_METHOD;
        };
    }
}
