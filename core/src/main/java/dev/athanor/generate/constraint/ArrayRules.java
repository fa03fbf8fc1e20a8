package dev.athanor.generate.constraint;

/** Rules for arrays: items with schemas of their own, then the others, counted. */
final class ArrayRules {
    private final SchemaCompiler compiler;
    private final Grammar.Builder grammar;
    private final Punctuation punctuation;

    ArrayRules(SchemaCompiler compiler, Grammar.Builder grammar, Punctuation punctuation) {
        this.compiler = compiler;
        this.grammar = grammar;
        this.punctuation = punctuation;
    }

    /**
     * From the last item to the first: {@code pick} is an item from here on, {@code rest} a comma and one, or the end.
     */
    int rule(Facts facts) {
        int min = facts.count("minItems", 0, Math::max);
        int max = facts.count("maxItems", Regex.UNBOUNDED, Math::min);
        if (min > max) {
            return grammar.choice();
        }
        int end = punctuation.close(']');
        int prefix = Math.min(facts.prefix(), max);
        int pick = grammar.choice();
        if (max > prefix) {
            int item = compiler.rule(facts.item(prefix));
            int later = grammar.sequence(punctuation.comma(), item);
            int most = max == Regex.UNBOUNDED ? max : max - prefix;
            pick = grammar.sequence(grammar.add(new Node.Repeat(item, later, Math.max(1, min - prefix), most)), end);
        }
        for (int i = prefix - 1; i >= 0; i--) {
            int more = grammar.sequence(punctuation.comma(), pick);
            int rest = i + 1 < min ? more : grammar.choice(more, end);
            pick = grammar.sequence(compiler.rule(facts.item(i)), rest);
        }
        int inside = min > 0 ? pick : grammar.choice(pick, punctuation.closeEmpty(']'));
        return grammar.add(new Node.Nested(grammar.sequence(punctuation.open('['), inside)));
    }
}
