package dev.athanor.chat.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions every template has. */
final class Functions {
    private Functions() {}

    static Scope globals(Meter meter, LocalDateTime now) {
        Scope globals = new Scope(null);
        add(globals, "range", args -> range(args, meter));
        add(globals, "namespace", args -> new NamespaceValue(attributes(args, meter)));
        add(globals, "dict", args -> {
            MapValue map = new MapValue(false);
            attributes(args, meter).forEach((key, value) -> map.put(TemplateText.own(key), value, meter));
            return map;
        });
        add(globals, "raise_exception", args -> {
            Value message = args.bind("raise_exception", meter, "message").get(0);
            throw new TemplateException(Repr.text(message, meter).toString(), meter.line());
        });
        add(globals, "strftime_now", args -> {
            TemplateText format = args.bind("strftime_now", meter, "format").text(0);
            return Strftime.format(format, now, meter);
        });
        return globals;
    }

    private static void add(Scope globals, String name, Function.Body body) {
        globals.set(name, new Function(name, body));
    }

    private static Map<String, Value> attributes(Args args, Meter meter) {
        Map<String, Value> attributes = new LinkedHashMap<>();
        for (Value value : args.positional()) {
            if (!(value instanceof MapValue map)) {
                throw meter.fail("A namespace or dict is made of a mapping and named values, but it was given "
                        + Value.kind(value));
            }
            meter.steps(map.size());
            for (MapValue.Entry entry : map.entries()) {
                attributes.put(Repr.text(entry.key(), meter).toString(), entry.value());
            }
        }
        attributes.putAll(args.named());
        return attributes;
    }

    private static Value range(Args args, Meter meter) {
        Args.Bound bound = args.bind("range", meter, "start", "stop", "step");
        long start = bound.has(1) ? bound.integer(0) : 0;
        long stop = bound.has(1) ? bound.integer(1) : bound.integer(0);
        long step = bound.integer(2, 1);
        if (step == 0) {
            throw meter.fail("The step of a range must not be zero, but it is");
        }
        long count = step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        meter.steps(Math.max(0, count));
        List<Value> numbers = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            numbers.add(Value.Int.of(start + i * step));
        }
        return ListValue.of(numbers);
    }
}
