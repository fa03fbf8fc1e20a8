package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Whether the branches of a oneOf can be told apart, so that a value of one is never a value of another. */
final class Exclusive {
    /** Every pair is compared. */
    private static final int MOST = 100;

    /** Levels of properties that are looked into for one that tells apart. */
    private static final int LEVELS = 3;

    private final SchemaCompiler compiler;
    private final Facts.Group group;

    Exclusive(SchemaCompiler compiler, Facts.Group group) {
        this.compiler = compiler;
        this.group = group;
    }

    void check(List<Goal> branches) {
        if (branches.size() > MOST) {
            throw new ConstraintException(
                    group.owner().shown("oneOf"),
                    "a oneOf of at most " + MOST + " schemas was expected, found " + branches.size() + "; use anyOf");
        }
        List<Facts> facts = new ArrayList<>();
        for (Goal branch : branches) {
            facts.add(compiler.facts(branch));
        }
        for (int i = 0; i < facts.size(); i++) {
            for (int k = 0; k < i; k++) {
                if (!apart(facts.get(k), facts.get(i), LEVELS)) {
                    throw new ConstraintException(
                            group.owner().shown("oneOf"),
                            "schemas that a type, an enum or const, bounds, or such a required property tells apart"
                                    + " were expected, found that " + k + " and " + i + " may both hold; use anyOf");
                }
            }
        }
    }

    private boolean apart(Facts one, Facts other, int levels) {
        EnumSet<Kind> shared = one.kindsLeft();
        shared.retainAll(other.kindsLeft());
        if (shared.isEmpty()) {
            return true;
        }
        if (one.values().isPresent() && other.values().isPresent()) {
            Set<String> texts = other.values().get().keySet();
            return one.values().get().keySet().stream().noneMatch(texts::contains);
        }
        if (EnumSet.of(Kind.INTEGER, Kind.FRACTION).containsAll(shared)) {
            return Bounds.of(one).isApartFrom(Bounds.of(other));
        }
        return shared.equals(EnumSet.of(Kind.OBJECT)) && levels > 0 && propertyTellsApart(one, other, levels);
    }

    private boolean propertyTellsApart(Facts one, Facts other, int levels) {
        Set<String> names = one.required();
        names.retainAll(other.required());
        for (String name : names) {
            if (apart(compiler.facts(one.property(name)), compiler.facts(other.property(name)), levels - 1)) {
                return true;
            }
        }
        return false;
    }
}
