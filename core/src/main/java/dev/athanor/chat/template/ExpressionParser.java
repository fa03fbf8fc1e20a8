package dev.athanor.chat.template;

import dev.athanor.chat.template.Expr.Arguments;
import dev.athanor.chat.template.Expr.Literal;
import dev.athanor.chat.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads expressions with Jinja's precedence, which is not Python's: {@code ~} binds tighter than {@code +}. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    /** Names that never begin the argument of a test written without brackets. */
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and", "if", "is", "in", "not", "recursive");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between them, which make a tuple. */
    Expr tuple() {
        return tuple(true);
    }

    /** @param choices whether {@code if} belongs to the expression, which it does not behind a for */
    Expr tuple(boolean choices) {
        int line = tokens.line();
        Expr first = choices ? expression() : or();
        if (!tokens.peek().operator(",")) {
            return first;
        }
        List<Expr> items = new ArrayList<>(List.of(first));
        while (tokens.takeOperator(",") && !endsTuple()) {
            items.add(choices ? expression() : or());
        }
        return new Expr.ListLiteral(items, true, line);
    }

    private boolean endsTuple() {
        Token token = tokens.peek();
        return token.kind() == Kind.OUTPUT_END || token.kind() == Kind.TAG_END || token.operator(")");
    }

    Expr expression() {
        tokens.enter();
        Expr value = or();
        while (tokens.peek().name("if")) {
            int line = tokens.next().line();
            Expr condition = or();
            Expr no = tokens.takeName("else")
                    ? expression()
                    : new Literal(new Value.Undefined("an 'if' without 'else' was false"), line);
            value = new Expr.Choice(condition, value, no, line);
        }
        tokens.leave();
        return value;
    }

    private Expr or() {
        Expr first = and();
        if (!tokens.peek().name("or")) {
            return first;
        }
        int line = tokens.line();
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.takeName("or")) {
            parts.add(and());
        }
        return new Expr.Logic(false, parts, line);
    }

    private Expr and() {
        Expr first = not();
        if (!tokens.peek().name("and")) {
            return first;
        }
        int line = tokens.line();
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.takeName("and")) {
            parts.add(not());
        }
        return new Expr.Logic(true, parts, line);
    }

    private Expr not() {
        if (!tokens.peek().name("not")) {
            return compare();
        }
        tokens.enter();
        int line = tokens.next().line();
        Expr negated = new Expr.Not(not(), line);
        tokens.leave();
        return negated;
    }

    private Expr compare() {
        int line = tokens.line();
        Expr first = sum();
        List<Expr.Comparison> rest = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                tokens.next();
                rest.add(new Expr.Comparison(token.text(), sum()));
            } else if (tokens.takeName("in")) {
                rest.add(new Expr.Comparison("in", sum()));
            } else if (token.name("not") && tokens.peek(1).name("in")) {
                tokens.next();
                tokens.next();
                rest.add(new Expr.Comparison("not in", sum()));
            } else {
                return rest.isEmpty() ? first : new Expr.Compare(first, rest, line);
            }
        }
    }

    private Expr sum() {
        Expr left = join();
        while (tokens.peek().operator("+") || tokens.peek().operator("-")) {
            Token operator = tokens.next();
            left = new Expr.Binary(operator.text(), left, join(), operator.line());
        }
        return left;
    }

    private Expr join() {
        Expr first = product();
        if (!tokens.peek().operator("~")) {
            return first;
        }
        int line = tokens.line();
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.takeOperator("~")) {
            parts.add(product());
        }
        return new Expr.Join(parts, line);
    }

    private Expr product() {
        Expr left = power();
        while (tokens.peek().operator("*")
                || tokens.peek().operator("/")
                || tokens.peek().operator("//")
                || tokens.peek().operator("%")) {
            Token operator = tokens.next();
            left = new Expr.Binary(operator.text(), left, power(), operator.line());
        }
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        while (tokens.peek().operator("**")) {
            Token operator = tokens.next();
            left = new Expr.Binary(operator.text(), left, unary(true), operator.line());
        }
        return left;
    }

    /** A signed value takes its filters after the sign: {@code -1|abs} is 1. */
    private Expr unary(boolean filters) {
        Token token = tokens.peek();
        Expr value;
        if (token.operator("-") || token.operator("+")) {
            tokens.enter();
            tokens.next();
            value = new Expr.Sign(token.text().equals("-"), unary(false), token.line());
            tokens.leave();
        } else {
            value = primary();
        }
        value = postfix(value);
        return filters ? filters(value) : value;
    }

    Expr primary() {
        Token token = tokens.next();
        int line = token.line();
        return switch (token.kind()) {
            case NAME -> name(token);
            case INTEGER -> new Literal(Value.Int.of(Long.parseLong(token.text())), line);
            case FLOAT -> new Literal(Value.Real.of(Double.parseDouble(token.text())), line);
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().kind() == Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Literal(TemplateText.own(text.toString()), line);
            }
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    private TemplateException unexpected(Token token) {
        return new TemplateException(
                "There must be an expression, but there is " + token.described() + ", at line " + token.line()
                        + " of the template.",
                token.line());
    }

    private Expr name(Token token) {
        int line = token.line();
        return switch (token.text()) {
            case "true", "True" -> new Literal(Value.Bool.TRUE, line);
            case "false", "False" -> new Literal(Value.Bool.FALSE, line);
            case "none", "None" -> new Literal(TemplateNone.NONE, line);
            default -> {
                tokens.used(token.text());
                yield new Expr.Name(token.text(), line);
            }
        };
    }

    private Expr bracketed(Token open) {
        return switch (open.text()) {
            case "(" -> {
                if (tokens.takeOperator(")")) {
                    yield new Expr.ListLiteral(List.of(), true, open.line());
                }
                Expr value = tuple();
                tokens.expectOperator(")");
                yield value;
            }
            case "[" -> {
                List<Expr> items = new ArrayList<>();
                while (!tokens.takeOperator("]")) {
                    if (!items.isEmpty()) {
                        tokens.expectOperator(",");
                        if (tokens.takeOperator("]")) {
                            break;
                        }
                    }
                    items.add(expression());
                }
                yield new Expr.ListLiteral(items, false, open.line());
            }
            case "{" -> map(open.line());
            default -> throw unexpected(open);
        };
    }

    private Expr map(int line) {
        List<Expr.Pair> pairs = new ArrayList<>();
        while (!tokens.takeOperator("}")) {
            if (!pairs.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.takeOperator("}")) {
                    break;
                }
            }
            Expr key = expression();
            tokens.expectOperator(":");
            pairs.add(new Expr.Pair(key, expression()));
        }
        return new Expr.MapLiteral(pairs, line);
    }

    private Expr postfix(Expr start) {
        Expr value = start;
        while (true) {
            int line = tokens.line();
            if (tokens.takeOperator(".")) {
                Token name = tokens.next();
                value = switch (name.kind()) {
                    case NAME -> new Expr.Attribute(value, name.text(), line);
                    case INTEGER ->
                        new Expr.Item(value, new Literal(Value.Int.of(Long.parseLong(name.text())), line), line);
                    default -> throw tokens.fail("There must be a name behind '.', but there is " + name.described());
                };
            } else if (tokens.takeOperator("[")) {
                value = subscript(value, line);
            } else if (tokens.peek().operator("(")) {
                value = new Expr.Call(value, arguments(), line);
            } else {
                return value;
            }
        }
    }

    private Expr subscript(Expr target, int line) {
        Expr missing = new Literal(TemplateNone.NONE, line);
        Expr start = tokens.peek().operator(":") ? missing : expression();
        if (tokens.takeOperator("]")) {
            return new Expr.Item(target, start, line);
        }
        tokens.expectOperator(":");
        Expr stop = tokens.peek().operator(":") || tokens.peek().operator("]") ? missing : expression();
        Expr step = missing;
        if (tokens.takeOperator(":") && !tokens.peek().operator("]")) {
            step = expression();
        }
        tokens.expectOperator("]");
        return new Expr.Slice(target, start, stop, step, line);
    }

    private Expr filters(Expr start) {
        Expr value = start;
        while (true) {
            int line = tokens.line();
            if (tokens.takeOperator("|")) {
                String name = tokens.expectName();
                value = new Expr.Filter(value, name, argumentsIfAny(), line);
            } else if (tokens.takeName("is")) {
                value = test(value, line);
            } else if (tokens.peek().operator("(")) {
                value = new Expr.Call(value, arguments(), line);
            } else {
                return value;
            }
        }
    }

    private Expr test(Expr value, int line) {
        boolean negated = tokens.takeName("not");
        String name = tokens.expectName();
        Arguments arguments = Arguments.NONE;
        Token token = tokens.peek();
        if (token.operator("(")) {
            arguments = arguments();
        } else if (startsArgument(token)) {
            tokens.enter();
            arguments = new Arguments(List.of(postfix(primary())), List.of(), List.of(), List.of());
            tokens.leave();
        }
        Expr test = new Expr.Test(value, name, arguments, line);
        return negated ? new Expr.Not(test, line) : test;
    }

    private static boolean startsArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !AFTER_TEST.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.operator("[") || token.operator("{");
            default -> false;
        };
    }

    Arguments argumentsIfAny() {
        return tokens.peek().operator("(") ? arguments() : Arguments.NONE;
    }

    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        List<Expr.Named> named = new ArrayList<>();
        List<Expr> lists = new ArrayList<>();
        List<Expr> maps = new ArrayList<>();
        boolean first = true;
        while (!tokens.takeOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.takeOperator(")")) {
                    break;
                }
            }
            first = false;
            if (tokens.takeOperator("*")) {
                lists.add(expression());
            } else if (tokens.takeOperator("**")) {
                maps.add(expression());
            } else if (tokens.peek().kind() == Kind.NAME && tokens.peek(1).operator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.add(new Expr.Named(name, expression()));
            } else if (named.isEmpty() && lists.isEmpty() && maps.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.fail("Arguments without names must come first, but one comes behind a named one");
            }
        }
        return new Arguments(positional, named, lists, maps);
    }
}
