package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a template's values of what the caller gives. */
final class Inputs {
    private final int maxDepth;

    Inputs(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    Value value(@Nullable Object given, String name, int depth, Meter meter) {
        if (depth > maxDepth) {
            throw new TemplateException(
                    "Given values must nest at most " + maxDepth + " deep, but '" + name + "' nests deeper.", 0);
        }
        return switch (given) {
            case String text -> TemplateText.of(text, TemplateText.DATA);
            case Boolean bool -> Value.Bool.of(bool);
            case Long number -> new Value.Int(number, true);
            case Integer number -> new Value.Int(number, true);
            case Double number -> new Value.Real(number, true);
            case TemplateNone none -> none;
            case List<?> list -> {
                List<Value> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(value(item, name, depth + 1, meter));
                }
                yield ListValue.data(items);
            }
            case Map<?, ?> map -> {
                MapValue value = new MapValue(true);
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    if (!(entry.getKey() instanceof String key)) {
                        throw unfit("a key that is no string", name);
                    }
                    value.put(
                            TemplateText.of(key, TemplateText.DATA),
                            value(entry.getValue(), name, depth + 1, meter),
                            meter);
                }
                yield value;
            }
            case null -> throw unfit("null", name);
            default -> throw unfit(given.getClass().getName(), name);
        };
    }

    private static TemplateException unfit(String found, String name) {
        return new TemplateException(
                "Values must be strings, longs, doubles, booleans, lists, mappings or TemplateNone.NONE, but '" + name
                        + "' holds " + found + ".",
                0);
    }
}
