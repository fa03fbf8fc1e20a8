package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;

/** The operators of numbers, and those of strings and lists that look the same. Integers have 64 bits. */
final class Arithmetic {
    private Arithmetic() {}

    /** Python counts booleans among the integers. */
    static boolean isWhole(Value value) {
        return value instanceof Value.Int || value instanceof Value.Bool;
    }

    static boolean isNumber(Value value) {
        return isWhole(value) || value instanceof Value.Real;
    }

    static long whole(Value value) {
        return switch (value) {
            case Value.Int number -> number.value();
            case Value.Bool bool -> bool.ordinal();
            default -> throw new IllegalArgumentException("Expected an integer, found " + Value.kind(value) + ".");
        };
    }

    static double real(Value value) {
        return value instanceof Value.Real number ? number.value() : whole(value);
    }

    static Value sign(boolean minus, Value value, Meter meter) {
        if (value instanceof Value.Real number) {
            return Value.Real.of(minus ? -number.value() : number.value());
        }
        if (!isWhole(value)) {
            throw meter.fail("Only a number can have a sign, but this is " + Value.kind(value));
        }
        if (minus && whole(value) == Long.MIN_VALUE) {
            throw overflow(meter);
        }
        return Value.Int.of(minus ? -whole(value) : whole(value));
    }

    static Value binary(String operator, Value left, Value right, Meter meter) {
        if (isNumber(left) && isNumber(right)) {
            try {
                return isWhole(left) && isWhole(right)
                        ? wholes(operator, whole(left), whole(right), meter)
                        : Value.Real.of(reals(operator, real(left), real(right), meter));
            } catch (ArithmeticException _) {
                throw overflow(meter);
            }
        }
        if (operator.equals("+") && left instanceof TemplateText a && right instanceof TemplateText b) {
            return new TextBuilder(meter).append(a).append(b).toText();
        }
        if (operator.equals("+")
                && left instanceof ListValue a
                && right instanceof ListValue b
                && a.tuple() == b.tuple()) {
            return concatenated(a, b, meter);
        }
        if (operator.equals("*") && isWhole(right)) {
            return repeated(left, whole(right), right, meter);
        }
        if (operator.equals("*") && isWhole(left)) {
            return repeated(right, whole(left), left, meter);
        }
        throw unfit(operator, left, right, meter);
    }

    private static TemplateException unfit(String operator, Value left, Value right, Meter meter) {
        return meter.fail("'" + operator + "' works on two numbers, and '+' on two strings or lists, but these are "
                + Value.kind(left) + " and " + Value.kind(right));
    }

    private static TemplateException overflow(Meter meter) {
        return meter.fail("An integer must fit in 64 bits, but this result does not");
    }

    private static TemplateException zero(Meter meter) {
        return meter.fail("A divisor must not be zero, but it is");
    }

    private static Value wholes(String operator, long a, long b, Meter meter) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw zero(meter);
        }
        return switch (operator) {
            case "+" -> Value.Int.of(Math.addExact(a, b));
            case "-" -> Value.Int.of(Math.subtractExact(a, b));
            case "*" -> Value.Int.of(Math.multiplyExact(a, b));
            case "/" -> Value.Real.of((double) a / b);
            case "//" -> Value.Int.of(Math.floorDivExact(a, b));
            case "%" -> Value.Int.of(Math.floorMod(a, b));
            default -> b < 0 ? Value.Real.of(reals("**", a, b, meter)) : Value.Int.of(power(a, b));
        };
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        if (base == -1) {
            return exponent % 2 == 0 ? 1 : -1;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    private static double reals(String operator, double a, double b, Meter meter) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw zero(meter);
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor((a - modulo(a, b)) / b + 0.5);
            case "%" -> modulo(a, b);
            default -> {
                if (a == 0 && b < 0) {
                    throw zero(meter);
                }
                if (a < 0 && b != Math.rint(b)) {
                    throw meter.fail("A root of a negative number is no number, but one was asked for");
                }
                yield Math.pow(a, b);
            }
        };
    }

    /** The remainder with the divisor's sign. */
    private static double modulo(double a, double b) {
        double remainder = a % b;
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : Math.copySign(remainder, b);
    }

    private static Value concatenated(ListValue a, ListValue b, Meter meter) {
        meter.items((long) a.size() + b.size());
        List<Value> items = new ArrayList<>(a.size() + b.size());
        items.addAll(a.items());
        items.addAll(b.items());
        return a.tuple() ? ListValue.tuple(items) : ListValue.of(items);
    }

    private static Value repeated(Value value, long times, Value count, Meter meter) {
        long wanted = Math.clamp(times, 0, Integer.MAX_VALUE);
        if (value instanceof TemplateText text) {
            meter.fits(text.length() * wanted);
            TextBuilder repeated = new TextBuilder(meter);
            for (long i = 0; i < wanted && text.length() > 0; i++) {
                repeated.append(text);
            }
            return repeated.toText();
        }
        if (value instanceof ListValue list) {
            meter.items(list.size() * wanted);
            List<Value> items = new ArrayList<>();
            for (long i = 0; i < wanted && list.size() > 0; i++) {
                items.addAll(list.items());
            }
            return list.tuple() ? ListValue.tuple(items) : ListValue.of(items);
        }
        throw unfit("*", value, count, meter);
    }
}
