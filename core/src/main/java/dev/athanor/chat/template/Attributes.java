package dev.athanor.chat.template;

/** {@code value.name} and {@code value[index]}. Only what a template can know about is reached, never a Java object. */
final class Attributes {
    private Attributes() {}

    /** A method of the value, or else its key of that name: Jinja looks in this order. */
    static Value attribute(Value target, String name, Meter meter) {
        Value method = Methods.method(target, name, meter);
        if (method instanceof Function) {
            return method;
        }
        return switch (target) {
            case MapValue map -> {
                Value value = map.get(name);
                yield value == null ? missing(target, name) : value;
            }
            case NamespaceValue namespace -> {
                Value value = namespace.attributes().get(name);
                yield value == null ? missing(target, name) : value;
            }
            case LoopValue loop -> loop.attribute(name, meter);
            case Value.Undefined undefined ->
                throw meter.fail("'." + name + "' needs a value before it, but " + undefined.what());
            default -> missing(target, name);
        };
    }

    /** The key or item, or else the method or attribute of that name. */
    static Value item(Value target, Value index, Meter meter) {
        switch (target) {
            case MapValue map -> {
                Value value = index instanceof ListValue list && !list.tuple() ? null : map.get(index, meter);
                if (value != null) {
                    return value;
                }
            }
            case ListValue list
            when Arithmetic.isWhole(index) -> {
                long at = Arithmetic.whole(index);
                at += at < 0 ? list.size() : 0;
                return at >= 0 && at < list.size() ? list.items().get((int) at) : outside(target, index, meter);
            }
            case TemplateText text
            when Arithmetic.isWhole(index) -> {
                Value end = Arithmetic.whole(index) == -1
                        ? TemplateNone.NONE
                        : Arithmetic.binary("+", index, Value.Int.of(1), meter);
                Value character = Slices.slice(text, index, end, TemplateNone.NONE, meter);
                return Value.truth(character) ? character : outside(target, index, meter);
            }
            case Value.Undefined undefined ->
                throw meter.fail("'[...]' needs a value before it, but " + undefined.what());
            default -> {}
        }
        return index instanceof TemplateText name
                ? attribute(target, name.toString(), meter)
                : outside(target, index, meter);
    }

    private static Value outside(Value target, Value index, Meter meter) {
        return new Value.Undefined(Value.kind(target) + " has no item "
                + shortened(Repr.text(index, meter).toString()));
    }

    private static Value missing(Value target, String name) {
        return new Value.Undefined(Value.kind(target) + " has no attribute '" + shortened(name) + "'");
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    /** Follows a path such as {@code function.name} or {@code 0}, as filters take it. */
    static Value path(Value target, Value path, Meter meter) {
        if (!(path instanceof TemplateText text)) {
            return item(target, path, meter);
        }
        Value value = target;
        meter.chars(text.length());
        for (String part : text.toString().split("\\.", -1)) {
            meter.step();
            boolean digits =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            value = item(value, digits ? Value.Int.of(Long.parseLong(part)) : TemplateText.own(part), meter);
        }
        return value;
    }
}
