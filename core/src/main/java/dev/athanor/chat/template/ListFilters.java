package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The filters of lists and mappings. Where Jinja gives a generator, this gives a list. */
final class ListFilters {
    private final Library library;
    private final Meter meter;

    ListFilters(Library library, Meter meter) {
        this.library = library;
        this.meter = meter;
    }

    Value filter(String name, Value value, Args args) {
        return switch (name) {
            case "join" -> {
                Args.Bound bound = args.bind(name, meter, "d", "attribute");
                Value items = bound.has(1) ? attributes(value, bound.get(1)) : value;
                yield join(items, Repr.text(bound.get(0, TemplateText.EMPTY), meter), false, meter);
            }
            case "list", "items", "first", "last", "reverse" -> {
                args.bind(name, meter);
                yield plain(name, value);
            }
            case "map" -> map(value, args);
            case "select", "reject" -> library.chosen(value, Value.MISSING, name.equals("select"), args);
            case "selectattr", "rejectattr" -> {
                if (args.positional().isEmpty()) {
                    throw meter.fail("'" + name + "' needs the name of an attribute, but none was given");
                }
                Value attribute = args.positional().getFirst();
                yield library.chosen(value, attribute, name.equals("selectattr"), args.from(1));
            }
            case "sort" -> sort(value, args.bind(name, meter, "reverse", "case_sensitive", "attribute"));
            case "unique" -> unique(value, args.bind(name, meter, "case_sensitive", "attribute"));
            case "min", "max" -> extreme(name, value, args.bind(name, meter, "case_sensitive", "attribute"));
            case "sum" -> sum(value, args.bind(name, meter, "attribute", "start"));
            case "dictsort" -> dictsort(value, args.bind(name, meter, "case_sensitive", "by", "reverse"));
            case "batch" -> batch(value, args.bind(name, meter, "linecount", "fill_with"));
            case "slice" -> slices(value, args.bind(name, meter, "slices", "fill_with"));
            default -> throw meter.fail("A filter must be one this engine knows, but '" + name + "' is not");
        };
    }

    private Value plain(String name, Value value) {
        if (name.equals("items")) {
            return items(value, meter);
        }
        if (name.equals("reverse") && value instanceof TemplateText text) {
            return Slices.slice(text, TemplateNone.NONE, TemplateNone.NONE, Value.Int.of(-1), meter);
        }
        List<Value> items = Sequences.items(value, meter);
        return switch (name) {
            case "first" -> items.isEmpty() ? new Value.Undefined("there is no first item") : items.getFirst();
            case "last" -> items.isEmpty() ? new Value.Undefined("there is no last item") : items.getLast();
            default -> {
                meter.items(items.size());
                List<Value> copy = new ArrayList<>(items);
                if (name.equals("reverse")) {
                    Collections.reverse(copy);
                }
                yield ListValue.of(copy);
            }
        };
    }

    /** The pairs of a mapping; none of what is undefined. */
    static Value items(Value value, Meter meter) {
        if (value instanceof Value.Undefined) {
            return ListValue.of(List.of());
        }
        if (!(value instanceof MapValue map)) {
            throw meter.fail("Only a mapping has items, but this is " + Value.kind(value));
        }
        meter.items(map.size());
        List<Value> pairs = new ArrayList<>(map.size());
        for (MapValue.Entry entry : map.entries()) {
            pairs.add(ListValue.pair(entry.key(), entry.value()));
        }
        return ListValue.of(pairs);
    }

    /** @param strict whether the items must be strings, as for Python's method */
    static TemplateText join(Value value, TemplateText between, boolean strict, Meter meter) {
        TextBuilder joined = new TextBuilder(meter);
        boolean first = true;
        for (Value item : Sequences.items(value, meter)) {
            meter.step();
            if (strict && !(item instanceof TemplateText)) {
                throw meter.fail("The method 'join' takes only strings, but one item is " + Value.kind(item)
                        + "; the filter 'join' takes anything");
            }
            if (!first) {
                joined.append(between);
            }
            joined.append(Repr.text(item, meter));
            first = false;
        }
        return joined.toText();
    }

    private ListValue attributes(Value value, Value path) {
        List<Value> found = new ArrayList<>();
        for (Value item : Sequences.items(value, meter)) {
            meter.step();
            found.add(Attributes.path(item, path, meter));
        }
        return ListValue.of(found);
    }

    private Value map(Value value, Args args) {
        if (args.named().containsKey("attribute")) {
            Args.Bound bound = args.bind("map", meter, "attribute", "default");
            List<Value> found = new ArrayList<>();
            for (Value item : attributes(value, bound.get(0)).items()) {
                found.add(item instanceof Value.Undefined && bound.has(1) ? bound.get(1) : item);
            }
            return ListValue.of(found);
        }
        if (args.positional().isEmpty() || !(args.positional().getFirst() instanceof TemplateText name)) {
            throw meter.fail("'map' needs the name of a filter or attribute=..., but it was given neither");
        }
        List<Value> mapped = new ArrayList<>();
        Args rest = args.from(1);
        meter.enterBlock();
        for (Value item : Sequences.items(value, meter)) {
            mapped.add(library.filter(name.toString(), item, rest));
        }
        meter.leaveBlock();
        return ListValue.of(mapped);
    }

    private Value folded(Value value, boolean caseSensitive) {
        return !caseSensitive && value instanceof TemplateText text ? TextOps.lower(text, meter) : value;
    }

    /** An item with what it is sorted by. */
    private record Keyed(Value key, Value item) {}

    private List<Keyed> keyed(Value value, Value attribute, boolean caseSensitive) {
        List<Keyed> keyed = new ArrayList<>();
        for (Value item : Sequences.items(value, meter)) {
            meter.step();
            Value key = attribute == Value.MISSING || attribute == TemplateNone.NONE
                    ? item
                    : Attributes.path(item, attribute, meter);
            keyed.add(new Keyed(folded(key, caseSensitive), item));
        }
        return keyed;
    }

    private Comparator<Keyed> byKey() {
        return (a, b) -> Comparing.order(a.key(), b.key(), meter);
    }

    private static ListValue itemsOf(List<Keyed> keyed) {
        List<Value> items = new ArrayList<>(keyed.size());
        for (Keyed one : keyed) {
            items.add(one.item());
        }
        return ListValue.of(items);
    }

    private Value sort(Value value, Args.Bound args) {
        List<Value> paths = new ArrayList<>();
        if (args.get(2, TemplateNone.NONE) instanceof TemplateText several) {
            paths.addAll(((ListValue) TextOps.split(several, TemplateText.own(","), -1, false, meter)).items());
        } else {
            paths.add(args.get(2, TemplateNone.NONE));
        }
        Value sorted = value;
        // The last key first: sorting is stable, so each earlier key overrules the later ones.
        for (Value path : paths.reversed()) {
            List<Keyed> keyed = keyed(sorted, path, args.flag(1, false));
            keyed.sort(args.flag(0, false) ? byKey().reversed() : byKey());
            sorted = itemsOf(keyed);
        }
        return sorted;
    }

    private Value unique(Value value, Args.Bound args) {
        Set<Object> seen = new HashSet<>();
        List<Value> items = new ArrayList<>();
        for (Keyed one : keyed(value, args.get(1, Value.MISSING), args.flag(0, false))) {
            if (seen.add(MapValue.hashed(one.key(), meter))) {
                items.add(one.item());
            }
        }
        return ListValue.of(items);
    }

    private Value extreme(String name, Value value, Args.Bound args) {
        List<Keyed> keyed = keyed(value, args.get(1, Value.MISSING), args.flag(0, false));
        if (keyed.isEmpty()) {
            return new Value.Undefined("there is no item to choose from");
        }
        Keyed best = keyed.getFirst();
        for (Keyed one : keyed) {
            int order = Comparing.order(one.key(), best.key(), meter);
            best = (name.equals("min") ? order < 0 : order > 0) ? one : best;
        }
        return best.item();
    }

    private Value sum(Value value, Args.Bound args) {
        Value sum = args.get(1, Value.Int.of(0));
        Value items = args.get(0, TemplateNone.NONE) == TemplateNone.NONE ? value : attributes(value, args.get(0));
        for (Value item : Sequences.items(items, meter)) {
            meter.step();
            sum = Arithmetic.binary("+", sum, item, meter);
        }
        return sum;
    }

    private Value dictsort(Value value, Args.Bound args) {
        Value by = args.get(1, TemplateText.own("key"));
        int position = switch (by instanceof TemplateText text ? text.toString() : "") {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw args.wrong(1, "'key' or 'value'");
        };
        if (!(value instanceof MapValue)) {
            throw meter.fail("Only a mapping can be sorted by 'dictsort', but this is " + Value.kind(value));
        }
        List<Keyed> keyed = keyed(items(value, meter), Value.Int.of(position), args.flag(0, false));
        keyed.sort(args.flag(2, false) ? byKey().reversed() : byKey());
        return itemsOf(keyed);
    }

    private Value batch(Value value, Args.Bound args) {
        int size = positive(args);
        List<Value> batches = new ArrayList<>();
        List<Value> batch = new ArrayList<>();
        for (Value item : Sequences.items(value, meter)) {
            meter.step();
            if (batch.size() == size) {
                batches.add(ListValue.of(batch));
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            Value fill = args.get(1, TemplateNone.NONE);
            while (fill != TemplateNone.NONE && batch.size() < size) {
                meter.step();
                batch.add(fill);
            }
            batches.add(ListValue.of(batch));
        }
        return ListValue.of(batches);
    }

    private int positive(Args.Bound args) {
        int count = args.integer(0);
        if (count < 1) {
            throw args.wrong(0, "positive");
        }
        return count;
    }

    private Value slices(Value value, Args.Bound args) {
        int count = positive(args);
        List<Value> items = Sequences.items(value, meter);
        Value fill = args.get(1, TemplateNone.NONE);
        List<Value> slices = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < count; i++) {
            boolean longer = i < items.size() % count;
            int end = start + items.size() / count + (longer ? 1 : 0);
            meter.steps(1L + end - start);
            List<Value> slice = new ArrayList<>(items.subList(start, end));
            if (fill != TemplateNone.NONE && !longer) {
                slice.add(fill);
            }
            slices.add(ListValue.of(slice));
            start = end;
        }
        return ListValue.of(slices);
    }
}
