package dev.athanor.chat.template;

import dev.athanor.chat.template.Token.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tokens of a template and the place the parser has come to. */
final class TokenStream {
    /** Deeper templates are attacks; every level costs the parser a dozen frames. */
    private static final int MAX_DEPTH = 100;

    private final List<Token> tokens;
    private int at;
    private int depth;

    /** The names read since the last macro began. */
    private Set<String> names = new HashSet<>();

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    int line() {
        return peek().line();
    }

    /** The token at hand; goes on to the next one, except from the end. */
    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean take(Kind kind, String text) {
        if (!peek().is(kind, text)) {
            return false;
        }
        next();
        return true;
    }

    boolean takeOperator(String text) {
        return take(Kind.OPERATOR, text);
    }

    boolean takeName(String text) {
        return take(Kind.NAME, text);
    }

    void expectOperator(String text) {
        if (!takeOperator(text)) {
            throw expected("'" + text + "'");
        }
    }

    Token expect(Kind kind, String what) {
        if (peek().kind() != kind) {
            throw expected(what);
        }
        return next();
    }

    String expectName() {
        return expect(Kind.NAME, "a name").text();
    }

    TemplateException expected(String what) {
        return fail("There must be " + what + ", but there is " + peek().described());
    }

    TemplateException fail(String sentence) {
        return new TemplateException(sentence + ", at line " + line() + " of the template.", line());
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw fail("Tags and brackets must nest at most " + MAX_DEPTH + " deep, but they nest deeper");
        }
    }

    void leave() {
        depth--;
    }

    void used(String name) {
        names.add(name);
    }

    /** Begins to gather names anew and returns those gathered so far. */
    Set<String> gather(Set<String> fresh) {
        Set<String> old = names;
        names = fresh;
        return old;
    }
}
