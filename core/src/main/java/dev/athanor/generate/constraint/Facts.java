package dev.athanor.generate.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import tools.jackson.databind.JsonNode;

/**
 * What a goal's schemas say together, after following references and allOf.
 *
 * @param places schemas that speak themselves
 * @param groups anyOf and oneOf that no branch has been chosen of yet
 * @param kinds kinds of values that are left; none when nothing satisfies the goal
 * @param values the only values that are left, by their canonical text, or empty when any
 */
record Facts(List<Place> places, List<Group> groups, EnumSet<Kind> kinds, Optional<Map<String, JsonNode>> values) {
    /** Alternatives at {@code keyword}, which is anyOf or oneOf. */
    record Group(Place owner, String keyword) {
        String pointer() {
            return owner.pointer() + "/" + keyword;
        }

        List<Place> branches() {
            return owner.children(keyword);
        }
    }

    static Facts of(Goal goal, References references) {
        List<Place> places = flat(goal, references);
        List<Group> groups = new ArrayList<>();
        EnumSet<Kind> kinds = EnumSet.allOf(Kind.class);
        for (Place place : places) {
            if (place.isFalse()) {
                kinds.clear();
            }
            kinds.retainAll(Kind.of(place));
            for (String keyword : List.of("anyOf", "oneOf")) {
                Group group = new Group(place, keyword);
                if (place.has(keyword) && !goal.chosen().contains(group.pointer())) {
                    groups.add(group);
                }
            }
        }
        return new Facts(places, groups, kinds, values(places, kinds));
    }

    private static List<Place> flat(Goal goal, References references) {
        List<Place> flat = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Deque<Place> open = new ArrayDeque<>(goal.places());
        while (!open.isEmpty()) {
            Place place = open.poll();
            if (!seen.add(place.pointer())) {
                continue;
            }
            flat.add(place);
            List<Place> more = new ArrayList<>(place.children("allOf"));
            if (place.has("$ref")) {
                more.add(references.target(place));
            }
            for (int i = more.size() - 1; i >= 0; i--) {
                open.addFirst(more.get(i));
            }
        }
        return flat;
    }

    private static Optional<Map<String, JsonNode>> values(List<Place> places, Set<Kind> kinds) {
        Optional<Map<String, JsonNode>> values = Optional.empty();
        for (Place place : places) {
            List<Iterable<JsonNode>> lists = new ArrayList<>();
            if (place.has("enum")) {
                lists.add(place.get("enum"));
            }
            if (place.has("const")) {
                lists.add(List.of(place.get("const")));
            }
            for (Iterable<JsonNode> list : lists) {
                Map<String, JsonNode> here = new LinkedHashMap<>();
                for (JsonNode value : list) {
                    String text = Constants.canonical(value);
                    if (kinds.contains(Kind.of(value))
                            && values.map(all -> all.containsKey(text)).orElse(true)) {
                        here.put(text, value);
                    }
                }
                values = Optional.of(here);
            }
        }
        return values;
    }

    /** How much there was to look at. */
    long size() {
        long size = 1;
        for (Place place : places) {
            size += 1;
            for (String keyword : List.of("enum", "properties", "required", "prefixItems", "allOf")) {
                size += place.get(keyword).size();
            }
        }
        return size;
    }

    /** Kinds of the values that are left. */
    EnumSet<Kind> kindsLeft() {
        if (values.isEmpty()) {
            return EnumSet.copyOf(kinds);
        }
        EnumSet<Kind> left = EnumSet.noneOf(Kind.class);
        values.get().values().forEach(value -> left.add(Kind.of(value)));
        left.retainAll(kinds);
        return left;
    }

    /** Count at {@code keyword} when several schemas have one, {@code none} when none has. */
    int count(String keyword, int none, IntBinaryOperator both) {
        int count = none;
        for (Place place : places) {
            if (place.has(keyword)) {
                count = both.applyAsInt(count, place.get(keyword).intValue());
            }
        }
        return count;
    }

    /** Names of properties in the order they are declared, then those only required. */
    Set<String> properties() {
        Set<String> names = new LinkedHashSet<>();
        for (Place place : places) {
            names.addAll(place.get("properties").propertyNames());
        }
        names.addAll(required());
        return names;
    }

    Set<String> required() {
        Set<String> names = new LinkedHashSet<>();
        for (Place place : places) {
            for (JsonNode name : place.get("required")) {
                names.add(name.stringValue());
            }
        }
        return names;
    }

    /** What the value of property {@code name} must satisfy. */
    Goal property(String name) {
        List<Place> goals = new ArrayList<>();
        for (Place place : places) {
            if (place.get("properties").has(name)) {
                goals.add(place.child("properties").child(name));
            } else if (place.has("additionalProperties")) {
                goals.add(place.child("additionalProperties"));
            }
        }
        return Goal.of(goals);
    }

    /** What the values of all properties that are not declared must satisfy. */
    Goal otherProperties() {
        List<Place> goals = new ArrayList<>();
        for (Place place : places) {
            if (place.has("additionalProperties")) {
                goals.add(place.child("additionalProperties"));
            }
        }
        return Goal.of(goals);
    }

    /** How many items have schemas of their own. */
    int prefix() {
        return places.stream()
                .mapToInt(place -> place.get("prefixItems").size())
                .max()
                .orElse(0);
    }

    /** What item {@code index} must satisfy; the item at {@link #prefix} stands for all later ones. */
    Goal item(int index) {
        List<Place> goals = new ArrayList<>();
        for (Place place : places) {
            if (index < place.get("prefixItems").size()) {
                goals.add(place.children("prefixItems").get(index));
            } else if (place.has("items")) {
                goals.add(place.child("items"));
            }
        }
        return Goal.of(goals);
    }
}
