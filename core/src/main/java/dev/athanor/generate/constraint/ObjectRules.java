package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rules for objects: declared properties in their order, then others. */
final class ObjectRules {
    private final SchemaCompiler compiler;
    private final Grammar.Builder grammar;
    private final Punctuation punctuation;
    private final StringRules strings;

    ObjectRules(SchemaCompiler compiler, Grammar.Builder grammar, Punctuation punctuation, StringRules strings) {
        this.compiler = compiler;
        this.grammar = grammar;
        this.punctuation = punctuation;
        this.strings = strings;
    }

    /**
     * From the last property to the first: {@code pick} is a member from here on, {@code rest} a comma and a member, or
     * the end.
     */
    int rule(Facts facts) {
        Set<String> declared = facts.properties();
        Set<String> required = facts.required();
        int end = punctuation.close('}');
        int pick = others(facts, declared, end);
        int rest = grammar.choice(grammar.sequence(punctuation.comma(), pick), end);
        boolean needsMore = false;
        List<String> names = new ArrayList<>(declared);
        for (String name : names.reversed()) {
            int value = compiler.rule(facts.property(name));
            int member = grammar.sequence(strings.text(name), punctuation.colon(), value, rest);
            needsMore |= required.contains(name);
            pick = required.contains(name) ? member : grammar.choice(member, pick);
            int more = grammar.sequence(punctuation.comma(), pick);
            rest = needsMore ? more : grammar.choice(more, end);
        }
        int inside = needsMore ? pick : grammar.choice(pick, punctuation.closeEmpty('}'));
        return grammar.add(new Node.Nested(grammar.sequence(punctuation.open('{'), inside)));
    }

    /** One or more members that are not declared, and the end; nothing when there may be none. */
    private int others(Facts facts, Set<String> declared, int end) {
        Goal goal = facts.otherProperties();
        if (compiler.facts(goal).kinds().isEmpty()) {
            return grammar.choice();
        }
        int member = grammar.sequence(strings.otherThan(declared), punctuation.colon(), compiler.rule(goal));
        int later = grammar.sequence(punctuation.comma(), member);
        return grammar.sequence(grammar.add(new Node.Repeat(member, later, 1, Regex.UNBOUNDED)), end);
    }
}
