package dev.athanor.chat.template;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The arguments of one call. */
record Args(List<Value> positional, Map<String, Value> named) {
    static final Args NONE = new Args(List.of(), Map.of());

    Args {
        positional = Collections.unmodifiableList(positional);
        named = Collections.unmodifiableMap(named);
    }

    /** The same without the first positional arguments. */
    Args from(int first) {
        return new Args(positional.subList(Math.min(first, positional.size()), positional.size()), named);
    }

    /** One value for each parameter, {@link Value#MISSING} for what was not given. */
    Bound bind(String callee, Meter meter, String... parameters) {
        if (positional.size() > parameters.length) {
            throw meter.fail("'" + callee + "' takes at most " + parameters.length + " arguments, but it was given "
                    + positional.size());
        }
        Value[] values = new Value[parameters.length];
        Arrays.fill(values, Value.MISSING);
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        for (Map.Entry<String, Value> entry : named.entrySet()) {
            int at = Arrays.asList(parameters).indexOf(entry.getKey());
            if (at < 0) {
                throw meter.fail("'" + callee + "' has no argument '" + entry.getKey() + "', only "
                        + Arrays.toString(parameters));
            }
            if (at < positional.size()) {
                throw meter.fail("'" + callee + "' was given its argument '" + entry.getKey() + "' twice");
            }
            values[at] = entry.getValue();
        }
        return new Bound(callee, meter, parameters, values);
    }

    /** Arguments at the places of a callee's parameters. */
    static final class Bound {
        private final String callee;
        private final Meter meter;
        private final String[] parameters;
        private final Value[] values;

        private Bound(String callee, Meter meter, String[] parameters, Value[] values) {
            this.callee = callee;
            this.meter = meter;
            this.parameters = parameters;
            this.values = values;
        }

        boolean has(int i) {
            return values[i] != Value.MISSING;
        }

        Value get(int i) {
            if (!has(i)) {
                throw meter.fail("'" + callee + "' needs its argument '" + parameters[i] + "', but it was not given");
            }
            return values[i];
        }

        Value get(int i, Value otherwise) {
            return has(i) ? values[i] : otherwise;
        }

        boolean flag(int i, boolean otherwise) {
            return has(i) ? Value.truth(values[i]) : otherwise;
        }

        TemplateText text(int i) {
            if (get(i) instanceof TemplateText text) {
                return text;
            }
            throw wrong(i, "a string");
        }

        /** An integer, brought into the range of int. */
        int integer(int i) {
            return switch (get(i)) {
                case Value.Int number -> Math.clamp(number.value(), -Integer.MAX_VALUE, Integer.MAX_VALUE);
                case Value.Bool bool -> bool.ordinal();
                default -> throw wrong(i, "an integer");
            };
        }

        int integer(int i, int otherwise) {
            return has(i) ? integer(i) : otherwise;
        }

        TemplateException wrong(int i, String expected) {
            return meter.fail("The argument '" + parameters[i] + "' of '" + callee + "' must be " + expected
                    + ", but it is " + Value.kind(values[i]));
        }
    }
}
