package dev.athanor.chat.template;

import java.math.BigDecimal;
import java.util.List;

/** Equality, order and membership as Python has them. */
final class Comparing {
    private Comparing() {}

    static boolean holds(String operator, Value left, Value right, Meter meter) {
        return switch (operator) {
            case "==" -> equal(left, right, meter);
            case "!=" -> !equal(left, right, meter);
            case "in" -> contains(right, left, meter);
            case "not in" -> !contains(right, left, meter);
            default -> {
                if (isNan(left) || isNan(right)) {
                    yield false;
                }
                int order = order(left, right, meter);
                yield switch (operator) {
                    case "<" -> order < 0;
                    case "<=" -> order <= 0;
                    case ">" -> order > 0;
                    default -> order >= 0;
                };
            }
        };
    }

    private static boolean isNan(Value value) {
        return value instanceof Value.Real real && Double.isNaN(real.value());
    }

    static boolean equal(Value left, Value right, Meter meter) {
        meter.step();
        if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
            return !isNan(left) && !isNan(right) && orderOfNumbers(left, right) == 0;
        }
        return switch (left) {
            case TemplateText text -> {
                meter.chars(text.length());
                yield right instanceof TemplateText other && text.toString().equals(other.toString());
            }
            case ListValue list -> right instanceof ListValue other && equalLists(list, other, meter);
            case MapValue map -> right instanceof MapValue other && equalMaps(map, other, meter);
            case Value.Undefined _ -> right instanceof Value.Undefined;
            default -> left == right;
        };
    }

    private static boolean equalLists(ListValue left, ListValue right, Meter meter) {
        if (left.tuple() != right.tuple() || left.size() != right.size()) {
            return false;
        }
        meter.enter();
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.items().get(i), right.items().get(i), meter)) {
                meter.leave();
                return false;
            }
        }
        meter.leave();
        return true;
    }

    private static boolean equalMaps(MapValue left, MapValue right, Meter meter) {
        if (left.size() != right.size()) {
            return false;
        }
        meter.enter();
        for (MapValue.Entry entry : left.entries()) {
            Value other = right.get(entry.key(), meter);
            if (other == null || !equal(entry.value(), other, meter)) {
                meter.leave();
                return false;
            }
        }
        meter.leave();
        return true;
    }

    /** The order of two numbers, strings, or lists of them; anything else has none. */
    static int order(Value left, Value right, Meter meter) {
        meter.step();
        if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
            return orderOfNumbers(left, right);
        }
        if (left instanceof TemplateText text && right instanceof TemplateText other) {
            meter.chars(Math.min(text.length(), other.length()));
            return orderOfCodePoints(text.toString(), other.toString());
        }
        if (left instanceof ListValue list && right instanceof ListValue other && list.tuple() == other.tuple()) {
            meter.enter();
            int order = orderOfLists(list.items(), other.items(), meter);
            meter.leave();
            return order;
        }
        throw meter.fail("Only two numbers, two strings or two lists have an order, but these are " + Value.kind(left)
                + " and " + Value.kind(right));
    }

    private static int orderOfLists(List<Value> left, List<Value> right, Meter meter) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!equal(left.get(i), right.get(i), meter)) {
                return order(left.get(i), right.get(i), meter);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** Python orders strings by code points; UTF-16 has the surrogates below the last of the basic plane. */
    private static int orderOfCodePoints(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean surrogateA = Character.isSurrogate(a);
                return surrogateA == Character.isSurrogate(b) ? Character.compare(a, b) : surrogateA ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    private static int orderOfNumbers(Value left, Value right) {
        if (Arithmetic.isWhole(left) && Arithmetic.isWhole(right)) {
            return Long.compare(Arithmetic.whole(left), Arithmetic.whole(right));
        }
        double a = Arithmetic.real(left);
        double b = Arithmetic.real(right);
        if (a != b || (left instanceof Value.Real && right instanceof Value.Real)) {
            // Adding zero makes the two zeros one.
            return Double.compare(a + 0.0, b + 0.0);
        }
        return Double.isInfinite(a) ? 0 : exact(left).compareTo(exact(right));
    }

    private static BigDecimal exact(Value value) {
        return value instanceof Value.Real real
                ? new BigDecimal(real.value())
                : BigDecimal.valueOf(Arithmetic.whole(value));
    }

    static boolean contains(Value container, Value item, Meter meter) {
        return switch (container) {
            case TemplateText text -> {
                if (!(item instanceof TemplateText part)) {
                    throw meter.fail("Only a string can be in a string, but this is " + Value.kind(item));
                }
                yield Chars.find(text.toString(), part.toString(), 0, meter) >= 0;
            }
            case ListValue list -> {
                for (Value other : list.items()) {
                    if (equal(item, other, meter)) {
                        yield true;
                    }
                }
                yield false;
            }
            case MapValue map -> map.get(item, meter) != null;
            case Value.Undefined _ -> false;
            default ->
                throw meter.fail(
                        "'in' needs a string, a list or a mapping on its right, but there is " + Value.kind(container));
        };
    }
}
