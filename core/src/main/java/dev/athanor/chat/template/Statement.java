package dev.athanor.chat.template;

import java.util.List;

/** A part of a template; {@code line} counts from 1. */
sealed interface Statement {
    int line();

    record Text(TemplateText text, int line) implements Statement {}

    record Output(Expr value, int line) implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

    /** @param filter which items count; the literal true where none is written */
    record For(Target target, Expr items, Expr filter, List<Statement> body, List<Statement> otherwise, int line)
            implements Statement {}

    record Assign(Target target, Expr value, int line) implements Statement {}

    record AssignBlock(Target target, List<BlockFilter> filters, List<Statement> body, int line) implements Statement {}

    record Macro(MacroDefinition definition, int line) implements Statement {}

    record CallBlock(Expr.Call call, MacroDefinition caller, int line) implements Statement {}

    record FilterBlock(List<BlockFilter> filters, List<Statement> body, int line) implements Statement {}

    record Generation(List<Statement> body, int line) implements Statement {}

    record With(List<Target> targets, List<Expr> values, List<Statement> body, int line) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    record Branch(Expr condition, List<Statement> body) {}

    record BlockFilter(String name, Expr.Arguments arguments, int line) {}

    /**
     * @param defaults of the last parameters
     * @param takesMore whether the body uses {@code varargs}, and so takes more positional arguments than it names
     * @param takesMoreNamed the same for {@code kwargs}
     */
    record MacroDefinition(
            String name,
            List<String> parameters,
            List<Expr> defaults,
            List<Statement> body,
            boolean takesMore,
            boolean takesMoreNamed) {}

    /** What a value can be given to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record Member(String namespace, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
