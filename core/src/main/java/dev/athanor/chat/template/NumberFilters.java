package dev.athanor.chat.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code int}, {@code float}, {@code abs} and {@code round}. */
final class NumberFilters {
    private final Meter meter;

    NumberFilters(Meter meter) {
        this.meter = meter;
    }

    Value filter(String name, Value value, Args args) {
        if (value instanceof Value.Undefined undefined) {
            throw meter.fail("'" + name + "' needs a value, but " + undefined.what());
        }
        return switch (name) {
            case "int" -> whole(value, args.bind(name, meter, "default", "base"));
            case "float" -> {
                Value otherwise = args.bind(name, meter, "default").get(0, Value.Real.of(0));
                Double real = real(value);
                yield real == null ? otherwise : Value.Real.of(real);
            }
            case "abs" -> {
                args.bind(name, meter);
                yield switch (number(name, value)) {
                    case Value.Real real -> Value.Real.of(Math.abs(real.value()));
                    case Value other -> Arithmetic.sign(Arithmetic.whole(other) < 0, other, meter);
                };
            }
            default -> round(number(name, value), args.bind(name, meter, "precision", "method"));
        };
    }

    private Value number(String name, Value value) {
        if (!Arithmetic.isNumber(value)) {
            throw meter.fail("'" + name + "' needs a number, but this is " + Value.kind(value));
        }
        return value;
    }

    private Value whole(Value value, Args.Bound args) {
        if (Arithmetic.isWhole(value)) {
            return Value.Int.of(Arithmetic.whole(value));
        }
        if (value instanceof TemplateText text) {
            try {
                return Value.Int.of(parsed(digits(text), args.integer(1, 10)));
            } catch (NumberFormatException _) {
                // As in Jinja, "42.23" is 42 all the same.
            }
        }
        Double real = real(value);
        if (real == null || Double.isNaN(real) || Double.isInfinite(real)) {
            return args.get(0, Value.Int.of(0));
        }
        if (Math.abs(real) >= 0x1p63) {
            throw meter.fail("An integer must fit in 64 bits, but this is " + Repr.real(real));
        }
        return Value.Int.of((long) (double) real);
    }

    /** Reads an integer with or without the prefix that Python writes for its base. */
    private static long parsed(String digits, int base) {
        boolean signed = digits.startsWith("-") || digits.startsWith("+");
        String prefix = switch (base) {
            case 2 -> "0b";
            case 8 -> "0o";
            case 16 -> "0x";
            default -> "";
        };
        int start = signed ? 1 : 0;
        boolean has = !prefix.isEmpty() && digits.regionMatches(true, start, prefix, 0, prefix.length());
        return Long.parseLong(
                has ? digits.substring(0, start) + digits.substring(start + prefix.length()) : digits, base);
    }

    private String digits(TemplateText text) {
        meter.chars(text.length());
        String chars = text.toString();
        int start = Chars.startOfStripped(chars, 0, chars.length());
        String digits = chars.substring(start, Chars.endOfStripped(chars, start, chars.length()));
        boolean outside = digits.startsWith("_") || digits.endsWith("_") || digits.contains("__");
        return outside ? "" : digits.replace("_", "");
    }

    private @Nullable Double real(Value value) {
        if (Arithmetic.isNumber(value)) {
            return Arithmetic.real(value);
        }
        if (!(value instanceof TemplateText text)) {
            return null;
        }
        String digits = digits(text).toLowerCase(Locale.ROOT);
        switch (digits) {
            case "inf", "+inf", "infinity", "+infinity" -> {
                return Double.POSITIVE_INFINITY;
            }
            case "-inf", "-infinity" -> {
                return Double.NEGATIVE_INFINITY;
            }
            case "nan", "+nan", "-nan" -> {
                return Double.NaN;
            }
            default -> {}
        }
        // Java would also read what Python does not: a hexadecimal float, or a letter that names the type.
        if (digits.isEmpty() || !digits.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.e".indexOf(c) >= 0)) {
            return null;
        }
        try {
            return Double.parseDouble(digits);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    private Value round(Value value, Args.Bound args) {
        int precision = args.integer(0, 0);
        String method = args.has(1) ? args.text(1).toString() : "common";
        RoundingMode mode = switch (method) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "floor" -> RoundingMode.FLOOR;
            case "ceil" -> RoundingMode.CEILING;
            default ->
                throw meter.fail("The method of 'round' must be common, ceil or floor, but it is '" + method + "'");
        };
        if (Arithmetic.isWhole(value) && precision >= 0 && mode == RoundingMode.HALF_EVEN) {
            return Value.Int.of(Arithmetic.whole(value));
        }
        double real = Arithmetic.real(value);
        // Beyond these places no double has digits, and ten to their power would not be one.
        if (Math.abs(precision) > 300 || Double.isNaN(real) || Double.isInfinite(real)) {
            return value;
        }
        if (mode != RoundingMode.HALF_EVEN) {
            double scale = Math.pow(10, precision);
            double scaled = real * scale;
            return Value.Real.of((mode == RoundingMode.FLOOR ? Math.floor(scaled) : Math.ceil(scaled)) / scale);
        }
        double rounded = new BigDecimal(real).setScale(precision, mode).doubleValue();
        return Arithmetic.isWhole(value) ? Value.Int.of((long) rounded) : Value.Real.of(Math.copySign(rounded, real));
    }
}
