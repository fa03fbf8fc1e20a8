package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rules for strings. */
final class StringRules {
    private final Grammar.Builder grammar;
    private final Budget budget;
    private final Map<List<String>, Integer> made = new HashMap<>();

    StringRules(Grammar.Builder grammar, Budget budget) {
        this.grammar = grammar;
        this.budget = budget;
    }

    int rule(Facts facts) {
        List<String> key = new ArrayList<>();
        for (Place place : facts.places()) {
            for (String keyword : List.of("pattern", "format", "minLength", "maxLength")) {
                if (place.has(keyword)) {
                    key.add(keyword + " " + place.get(keyword));
                }
            }
        }
        return made.computeIfAbsent(
                key, unused -> grammar.terminal(contents(facts).quoted(budget)));
    }

    /** Texts that may stand between the quotes, before they are escaped. */
    Automaton contents(Facts facts) {
        List<Automaton> all = new ArrayList<>();
        for (Place place : facts.places()) {
            if (place.has("pattern")) {
                all.add(Patterns.anywhere(place.get("pattern").stringValue(), place.shown("pattern"), budget));
            }
            if (place.has("format")) {
                all.add(Formats.automaton(place.get("format").stringValue(), budget));
            }
        }
        int min = facts.count("minLength", 0, Math::max);
        int max = facts.count("maxLength", Regex.UNBOUNDED, Math::min);
        if (min > max) {
            return Automaton.of(Regex.set(CodeSet.NONE), budget);
        }
        if (min > 0 || max < Regex.UNBOUNDED || all.isEmpty()) {
            all.add(Patterns.length(min, max, budget));
        }
        Automaton whole = all.getFirst();
        for (Automaton other : all.subList(1, all.size())) {
            whole = whole.intersect(other, budget);
        }
        return whole;
    }

    int text(String text) {
        return made.computeIfAbsent(
                List.of("text", text),
                unused -> grammar.terminal(Automaton.text(text, budget).quoted(budget)));
    }

    /** Any string but these. */
    int otherThan(Set<String> names) {
        List<String> key = new ArrayList<>(List.of("other than"));
        key.addAll(names);
        return made.computeIfAbsent(
                key, unused -> grammar.terminal(without(names).quoted(budget)));
    }

    private static final class Letters {
        final Map<Integer, Letters> next = new TreeMap<>();
        boolean name;
        int position;
        AutomatonBuilder.Piece first = AutomatonBuilder.Piece.NOTHING;
    }

    /** Follows the names letter by letter; a letter that leads away from all of them sets free. */
    private Automaton without(Set<String> names) {
        Letters root = new Letters();
        for (String name : names) {
            Letters at = root;
            for (int code : name.codePoints().toArray()) {
                at = at.next.computeIfAbsent(code, letter -> new Letters());
            }
            at.name = true;
        }
        AutomatonBuilder builder = new AutomatonBuilder(budget);
        int[] free = {builder.position(CodeSet.ANY)};
        builder.link(free, free);
        List<Integer> last = new ArrayList<>(List.of(free[0]));
        List<Letters> open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            Letters at = open.removeLast();
            List<Integer> follow = new ArrayList<>();
            List<CodeSet> taken = new ArrayList<>();
            at.next.forEach((code, child) -> {
                child.position = builder.position(CodeSet.of(code));
                follow.add(child.position);
                taken.add(CodeSet.of(code));
                if (!child.name) {
                    last.add(child.position);
                }
                open.add(child);
            });
            int away = builder.position(CodeSet.union(taken).complement());
            builder.link(new int[] {away}, free);
            last.add(away);
            follow.add(away);
            int[] next = follow.stream().mapToInt(p -> p).toArray();
            if (at == root) {
                root.first = new AutomatonBuilder.Piece(!root.name, next, new int[0]);
            } else {
                builder.link(new int[] {at.position}, next);
            }
        }
        return builder.finish(new AutomatonBuilder.Piece(
                root.first.nullable(),
                root.first.first(),
                last.stream().mapToInt(p -> p).toArray()));
    }
}
