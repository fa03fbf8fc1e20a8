package dev.athanor.generate.constraint;

import java.util.HashMap;
import java.util.Map;

/** Rules for what stands between values, with the blanks that are allowed around it; each is made once. */
final class Punctuation {
    /** A space, or a line end with indentation that cannot go on for ever. */
    private static final String BLANK = "(?: |\\n[ \\t]{0,64})?";

    private final Grammar.Builder grammar;
    private final Budget budget;
    private final Map<String, Integer> made = new HashMap<>();

    Punctuation(Grammar.Builder grammar, Budget budget) {
        this.grammar = grammar;
        this.budget = budget;
    }

    int open(char bracket) {
        return own("\\" + bracket + BLANK);
    }

    int close(char bracket) {
        return own(BLANK + "\\" + bracket);
    }

    /** The closing bracket right after the opening one and its blanks. */
    int closeEmpty(char bracket) {
        return own("\\" + bracket);
    }

    int comma() {
        return own(" ?," + BLANK);
    }

    int colon() {
        return own(" ?:" + BLANK);
    }

    /** Exactly this text, of letters, digits and signs of numbers. */
    int word(String word) {
        return made.computeIfAbsent(word, text -> grammar.terminal(Automaton.text(text, budget)));
    }

    private int own(String pattern) {
        return made.computeIfAbsent(pattern, text -> grammar.terminal(Patterns.own(text, budget)));
    }
}
