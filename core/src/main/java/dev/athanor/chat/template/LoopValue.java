package dev.athanor.chat.template;

import java.util.List;

/** The {@code loop} of one round. */
record LoopValue(List<Value> items, int index) implements Value {
    Value attribute(String name, Meter meter) {
        int left = items.size() - index;
        return switch (name) {
            case "index" -> Int.of(index + 1);
            case "index0" -> Int.of(index);
            case "revindex" -> Int.of(left);
            case "revindex0" -> Int.of(left - 1);
            case "first" -> Bool.of(index == 0);
            case "last" -> Bool.of(left == 1);
            case "length" -> Int.of(items.size());
            // Jinja counts the depth of recursive loops alone, which there are none of.
            case "depth" -> Int.of(1);
            case "depth0" -> Int.of(0);
            case "previtem" -> index == 0 ? new Undefined("there is no previous item") : items.get(index - 1);
            case "nextitem" -> left == 1 ? new Undefined("there is no next item") : items.get(index + 1);
            case "cycle" -> new Function("cycle", args -> cycle(args, meter));
            default -> new Undefined("'loop' has no attribute '" + name + "'");
        };
    }

    private Value cycle(Args args, Meter meter) {
        List<Value> values = args.positional();
        if (values.isEmpty()) {
            throw meter.fail("loop.cycle needs the values to choose from, but none were given");
        }
        return values.get(index % values.size());
    }
}
