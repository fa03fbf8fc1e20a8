package dev.athanor.chat.template;

import dev.athanor.chat.template.Statement.BlockFilter;
import dev.athanor.chat.template.Statement.Branch;
import dev.athanor.chat.template.Statement.MacroDefinition;
import dev.athanor.chat.template.Statement.Target;
import dev.athanor.chat.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the statements of a template. */
final class StatementParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    /** How many loops of the same macro are open. */
    private int loops;

    private StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String source) {
        return new StatementParser(new TokenStream(Lexer.read(source))).body();
    }

    /** Reads up to a tag with one of these names, whose start is left behind and whose name is at hand. */
    private List<Statement> body(String... ends) {
        tokens.enter();
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            switch (token.kind()) {
                case END -> {
                    if (ends.length > 0) {
                        throw tokens.expected("'{% " + String.join(" %}' or '{% ", ends) + " %}'");
                    }
                    tokens.leave();
                    return body;
                }
                case TEXT -> {
                    tokens.next();
                    body.add(new Statement.Text(TemplateText.own(token.text()), token.line()));
                }
                case OUTPUT_START -> {
                    tokens.next();
                    body.add(new Statement.Output(expressions.tuple(), token.line()));
                    tokens.expect(Kind.OUTPUT_END, "'}}'");
                }
                default -> {
                    tokens.next();
                    if (tokens.peek().kind() == Kind.NAME
                            && List.of(ends).contains(tokens.peek().text())) {
                        tokens.leave();
                        return body;
                    }
                    body.add(statement());
                }
            }
        }
    }

    private Statement statement() {
        int line = tokens.line();
        String name = tokens.expectName();
        return switch (name) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> assignment(line);
            case "macro" -> macro(line);
            case "call" -> callBlock(line);
            case "with" -> with(line);
            case "filter" -> {
                List<BlockFilter> filters = new ArrayList<>();
                filters.add(blockFilter());
                while (tokens.takeOperator("|")) {
                    filters.add(blockFilter());
                }
                yield new Statement.FilterBlock(filters, block("endfilter"), line);
            }
            case "generation" -> new Statement.Generation(block("endgeneration"), line);
            case "break", "continue" -> {
                if (loops == 0) {
                    throw tokens.fail("'{% " + name + " %}' must stand inside a loop, but there is none around it");
                }
                endTag();
                yield name.equals("break") ? new Statement.Break(line) : new Statement.Continue(line);
            }
            default ->
                throw tokens.fail("A tag must be one of if, for, set, macro, call, filter, with, generation, raw,"
                        + " break and continue, but it is '" + name + "'");
        };
    }

    private void endTag() {
        tokens.expect(Kind.TAG_END, "'%}'");
    }

    /** The rest of a tag, a body and its end tag. */
    private List<Statement> block(String end) {
        endTag();
        List<Statement> body = body(end);
        tokens.next();
        endTag();
        return body;
    }

    private Statement conditional(int line) {
        List<Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Expr condition = expressions.tuple();
            endTag();
            branches.add(new Branch(condition, body("elif", "else", "endif")));
            String next = tokens.next().text();
            if (next.equals("elif")) {
                continue;
            }
            if (next.equals("else")) {
                otherwise = block("endif");
            } else {
                endTag();
            }
            return new Statement.If(branches, otherwise, line);
        }
    }

    private Statement loop(int line) {
        Target target = targets(true);
        if (!tokens.takeName("in")) {
            throw tokens.expected("'in'");
        }
        Expr items = expressions.tuple(false);
        Expr filter = tokens.takeName("if") ? expressions.expression() : new Expr.Literal(Value.Bool.TRUE, line);
        if (tokens.peek().name("recursive")) {
            throw tokens.fail("A loop must not be 'recursive', which is not supported; use a macro");
        }
        endTag();
        loops++;
        List<Statement> body = body("else", "endfor");
        loops--;
        List<Statement> otherwise = List.of();
        if (tokens.next().text().equals("else")) {
            otherwise = block("endfor");
        } else {
            endTag();
        }
        return new Statement.For(target, items, filter, body, otherwise, line);
    }

    /** One target, or several with commas between them. */
    private Target targets(boolean untilIn) {
        tokens.enter();
        List<Target> targets = new ArrayList<>(List.of(target()));
        boolean several = false;
        while (tokens.takeOperator(",")) {
            several = true;
            Token token = tokens.peek();
            if (token.operator("=") || token.operator(")") || (untilIn && token.name("in"))) {
                break;
            }
            targets.add(target());
        }
        tokens.leave();
        return several ? new Target.Several(targets) : targets.getFirst();
    }

    private Target target() {
        if (tokens.takeOperator("(")) {
            Target inner = targets(false);
            tokens.expectOperator(")");
            return inner;
        }
        String name = targetName();
        if (tokens.takeOperator(".")) {
            tokens.used(name);
            return new Target.Member(name, tokens.expectName());
        }
        return new Target.Variable(name);
    }

    private String targetName() {
        String name = tokens.peek().text();
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
            throw tokens.expected("a name that can be set");
        }
        return tokens.expectName();
    }

    private Statement assignment(int line) {
        Target target = targets(false);
        if (tokens.takeOperator("=")) {
            Expr value = expressions.tuple();
            endTag();
            return new Statement.Assign(target, value, line);
        }
        List<BlockFilter> filters = new ArrayList<>();
        while (tokens.takeOperator("|")) {
            filters.add(blockFilter());
        }
        return new Statement.AssignBlock(target, filters, block("endset"), line);
    }

    private BlockFilter blockFilter() {
        int line = tokens.line();
        return new BlockFilter(tokens.expectName(), expressions.argumentsIfAny(), line);
    }

    private Statement macro(int line) {
        String name = targetName();
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        return new Statement.Macro(macroBody(name, parameters, defaults, "endmacro"), line);
    }

    private Statement callBlock(int line) {
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        if (tokens.peek().operator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw tokens.fail("'{% call %}' must call a macro, but there is no call in it");
        }
        return new Statement.CallBlock(call, macroBody("caller", parameters, defaults, "endcall"), line);
    }

    private void parameters(List<String> parameters, List<Expr> defaults) {
        tokens.expectOperator("(");
        while (!tokens.takeOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.takeOperator(")")) {
                    return;
                }
            }
            parameters.add(targetName());
            if (tokens.takeOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.fail("Parameters without defaults must come first, but '" + parameters.getLast()
                        + "' comes behind one with a default");
            }
        }
    }

    private MacroDefinition macroBody(String name, List<String> parameters, List<Expr> defaults, String end) {
        int outerLoops = loops;
        loops = 0;
        Set<String> used = new HashSet<>();
        Set<String> outer = tokens.gather(used);
        List<Statement> body = block(end);
        tokens.gather(outer);
        outer.addAll(used);
        loops = outerLoops;
        return new MacroDefinition(name, parameters, defaults, body, used.contains("varargs"), used.contains("kwargs"));
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (tokens.peek().kind() == Kind.NAME || tokens.peek().operator("(")) {
            targets.add(target());
            tokens.expectOperator("=");
            values.add(expressions.expression());
            if (!tokens.takeOperator(",")) {
                break;
            }
        }
        return new Statement.With(targets, values, block("endwith"), line);
    }
}
