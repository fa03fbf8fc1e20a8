package dev.athanor.generate.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks at every schema that can matter before anything is built: all keywords are known, nothing is too deep, and no
 * schema refers to itself without a level of the document between.
 */
final class Survey {
    private final References references;
    private final ConstraintLimits limits;
    private final Keywords keywords;
    private final Map<String, Place> seen = new HashMap<>();
    private final Deque<Place> open = new ArrayDeque<>();

    /** From a schema to those that speak about the same value. */
    private final Map<String, List<String>> same = new HashMap<>();

    private final Set<String> acyclic = new HashSet<>();

    Survey(References references, ConstraintLimits limits) {
        this.references = references;
        this.limits = limits;
        this.keywords = new Keywords(limits);
    }

    void run() {
        visit(references.root());
        while (!open.isEmpty()) {
            look(open.pop());
        }
        for (Place place : seen.values()) {
            refuseCycle(place);
        }
    }

    private void visit(Place place) {
        if (seen.containsKey(place.pointer())) {
            return;
        }
        if (!Keywords.isSchema(place.schema())) {
            throw new ConstraintException(
                    place.shown(),
                    "a schema (an object, true or false) was expected, found something else; correct it");
        }
        if (place.depth() > limits.maxDepth()) {
            throw new ConstraintException(
                    place.shown(),
                    "a schema at most " + limits.maxDepth() + " levels deep was expected; use $defs and $ref");
        }
        if (seen.size() >= limits.maxSchemaNodes()) {
            throw new ConstraintException(
                    place.shown(),
                    "at most " + limits.maxSchemaNodes() + " schemas were expected, found more; make it smaller");
        }
        seen.put(place.pointer(), place);
        open.push(place);
    }

    private void look(Place place) {
        for (String name : place.schema().propertyNames()) {
            keywords.check(place, name);
        }
        List<String> here = new ArrayList<>();
        if (place.has("$ref")) {
            Place target = references.target(place);
            here.add(target.pointer());
            visit(target);
        }
        for (String name : List.of("allOf", "anyOf", "oneOf")) {
            for (Place child : place.children(name)) {
                here.add(child.pointer());
                visit(child);
            }
        }
        same.put(place.pointer(), here);
        place.children("properties").forEach(this::visit);
        place.children("prefixItems").forEach(this::visit);
        for (String name : List.of("items", "additionalProperties")) {
            if (place.has(name)) {
                visit(place.child(name));
            }
        }
    }

    private void refuseCycle(Place start) {
        Set<String> path = new HashSet<>();
        Deque<String> stack = new ArrayDeque<>();
        stack.push(start.pointer());
        while (!stack.isEmpty()) {
            String now = stack.peek();
            if (acyclic.contains(now)) {
                stack.pop();
            } else if (path.add(now)) {
                for (String next : same.getOrDefault(now, List.of())) {
                    if (path.contains(next) && !acyclic.contains(next)) {
                        throw new ConstraintException(
                                "#" + Json.shown(next),
                                "a schema that refers to itself only inside arrays and objects was expected, found a"
                                        + " reference in a circle; break it");
                    }
                    stack.push(next);
                }
            } else {
                acyclic.add(now);
                stack.pop();
            }
        }
    }
}
