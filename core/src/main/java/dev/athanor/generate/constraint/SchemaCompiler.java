package dev.athanor.generate.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Makes a grammar of a schema: a rule for each goal, one goal after another, without recursion. */
final class SchemaCompiler {
    private record Task(Goal goal, int rule) {}

    private static final int WORK_PER_NODE = 16;

    private final References references;
    private final ConstraintLimits limits;
    private final Budget budget;
    private final Grammar.Builder grammar;
    private final Punctuation punctuation;
    private final StringRules strings;
    private final NumberRules numbers;
    private final Map<List<List<String>>, Integer> rules = new HashMap<>();
    private final Deque<Task> open = new ArrayDeque<>();
    private long work;

    SchemaCompiler(JsonNode schema, ConstraintLimits limits) {
        this.references = new References(schema, limits);
        this.limits = limits;
        this.budget = new Budget(limits, "#");
        this.grammar = new Grammar.Builder(limits, budget);
        this.punctuation = new Punctuation(grammar, budget);
        this.strings = new StringRules(grammar, budget);
        this.numbers = new NumberRules(grammar, budget);
    }

    Grammar compile() {
        new Survey(references, limits).run();
        int root = rule(Goal.of(List.of(references.root())));
        while (!open.isEmpty()) {
            Task task = open.poll();
            budget.at(task.goal.shown());
            grammar.set(task.rule, new Node.Choice(alternatives(task.goal)));
        }
        return grammar.build(root, "#");
    }

    /** Number of the rule for a goal, which is made later. */
    int rule(Goal goal) {
        return rules.computeIfAbsent(goal.key(), key -> {
            if (rules.size() >= limits.maxSchemaNodes()) {
                throw tooMany(goal);
            }
            int rule = grammar.reserve();
            open.add(new Task(goal, rule));
            return rule;
        });
    }

    /** Looking at many combinations of large schemas is paid for by what each of them holds. */
    Facts facts(Goal goal) {
        Facts facts = Facts.of(goal, references);
        work += facts.size();
        if (work > (long) WORK_PER_NODE * limits.maxSchemaNodes()) {
            throw tooMany(goal);
        }
        return facts;
    }

    private ConstraintException tooMany(Goal goal) {
        return new ConstraintException(
                goal.shown(),
                "at most " + limits.maxSchemaNodes()
                        + " combinations of schemas were expected, found more or larger ones; use fewer alternatives");
    }

    private int[] alternatives(Goal goal) {
        Facts facts = facts(goal);
        if (facts.kindsLeft().isEmpty()) {
            return new int[0];
        }
        if (!facts.groups().isEmpty()) {
            return branches(goal, facts.groups().getFirst());
        }
        List<Integer> found = new ArrayList<>();
        if (facts.values().isPresent()) {
            new Constants(grammar, punctuation, strings, budget).add(facts, found);
        } else {
            for (Kind kind : facts.kinds()) {
                kind(kind, facts, found);
            }
        }
        return found.stream().mapToInt(rule -> rule).toArray();
    }

    private int[] branches(Goal goal, Facts.Group group) {
        List<Goal> goals = new ArrayList<>();
        for (Place branch : group.branches()) {
            goals.add(goal.choosing(group.pointer(), branch));
        }
        if (group.keyword().equals("oneOf")) {
            new Exclusive(this, group).check(goals);
        }
        return goals.stream().mapToInt(this::rule).toArray();
    }

    private void kind(Kind kind, Facts facts, List<Integer> found) {
        switch (kind) {
            case NULL -> found.add(punctuation.word("null"));
            case BOOLEAN -> {
                found.add(punctuation.word("true"));
                found.add(punctuation.word("false"));
            }
            case INTEGER -> {
                if (!facts.kinds().contains(Kind.FRACTION)) {
                    found.addAll(numbers.rules(Bounds.of(facts), true));
                }
            }
            case FRACTION -> found.addAll(numbers.rules(Bounds.of(facts), false));
            case STRING -> found.add(strings.rule(facts));
            case ARRAY -> found.add(new ArrayRules(this, grammar, punctuation).rule(facts));
            case OBJECT -> found.add(new ObjectRules(this, grammar, punctuation, strings).rule(facts));
        }
    }
}
