package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs statements. */
final class Renderer {
    /** How a list of statements was left. */
    private enum Exit {
        DONE,
        BREAK,
        CONTINUE
    }

    private final Meter meter;
    private final Evaluator evaluator;

    Renderer(Meter meter) {
        this.meter = meter;
        this.evaluator = new Evaluator(meter);
    }

    void render(List<Statement> body, Scope scope, TextBuilder out) {
        run(body, scope, out);
    }

    private Exit run(List<Statement> body, Scope scope, TextBuilder out) {
        meter.enterBlock();
        for (Statement statement : body) {
            Exit exit = run(statement, scope, out);
            if (exit != Exit.DONE) {
                meter.leaveBlock();
                return exit;
            }
        }
        meter.leaveBlock();
        return Exit.DONE;
    }

    private Exit run(Statement statement, Scope scope, TextBuilder out) {
        meter.step();
        meter.at(statement.line());
        switch (statement) {
            case Statement.Text text -> out.append(text.text());
            case Statement.Output output -> {
                Value value = evaluator.evaluate(output.value(), scope);
                out.append(Repr.text(value, meter));
            }
            case Statement.If branches -> {
                return conditional(branches, scope, out);
            }
            case Statement.For loop -> {
                return loop(loop, scope, out);
            }
            case Statement.Assign assign -> assign(assign.target(), evaluator.evaluate(assign.value(), scope), scope);
            case Statement.AssignBlock block -> {
                Exit[] exit = {Exit.DONE};
                TemplateText text = captured(block.body(), new Scope(scope), exit);
                if (exit[0] != Exit.DONE) {
                    return exit[0];
                }
                assign(block.target(), filtered(text, block.filters(), scope), scope);
            }
            case Statement.Macro macro -> scope.set(macro.definition().name(), macro(macro.definition(), scope));
            case Statement.CallBlock block -> {
                Value caller = macro(block.caller(), scope);
                out.append(Repr.text(evaluator.call(block.call(), Map.of("caller", caller), scope), meter));
            }
            case Statement.FilterBlock block -> {
                Exit[] exit = {Exit.DONE};
                TemplateText text = captured(block.body(), new Scope(scope), exit);
                out.append(Repr.text(filtered(text, block.filters(), scope), meter));
                return exit[0];
            }
            case Statement.Generation generation -> {
                Exit[] exit = {Exit.DONE};
                TemplateText text = captured(generation.body(), new Scope(scope), exit);
                out.append(text, 0, text.length(), TemplateText.GENERATION);
                return exit[0];
            }
            case Statement.With with -> {
                Scope inner = new Scope(scope);
                for (int i = 0; i < with.targets().size(); i++) {
                    assign(
                            with.targets().get(i),
                            evaluator.evaluate(with.values().get(i), scope),
                            inner);
                }
                return run(with.body(), inner, out);
            }
            case Statement.Break _ -> {
                return Exit.BREAK;
            }
            case Statement.Continue _ -> {
                return Exit.CONTINUE;
            }
        }
        return Exit.DONE;
    }

    private TemplateText captured(List<Statement> body, Scope scope, Exit[] exit) {
        TextBuilder text = new TextBuilder(meter);
        exit[0] = run(body, scope, text);
        return text.toText();
    }

    private Value filtered(Value value, List<Statement.BlockFilter> filters, Scope scope) {
        Value filtered = value;
        for (Statement.BlockFilter filter : filters) {
            filtered = evaluator.filter(filtered, filter.name(), filter.arguments(), scope, filter.line());
        }
        return filtered;
    }

    private Exit conditional(Statement.If branches, Scope scope, TextBuilder out) {
        for (Statement.Branch branch : branches.branches()) {
            if (Value.truth(evaluator.evaluate(branch.condition(), scope))) {
                return run(branch.body(), scope, out);
            }
        }
        return run(branches.otherwise(), scope, out);
    }

    private Exit loop(Statement.For loop, Scope scope, TextBuilder out) {
        // A copy: the body may append to the list it goes through.
        List<Value> given = Sequences.items(evaluator.evaluate(loop.items(), scope), meter);
        meter.items(given.size());
        List<Value> items = new ArrayList<>(given.size());
        boolean all = loop.filter() instanceof Expr.Literal literal && literal.value() == Value.Bool.TRUE;
        for (Value item : List.copyOf(given)) {
            if (!all) {
                Scope round = new Scope(scope);
                assign(loop.target(), item, round);
                if (!Value.truth(evaluator.evaluate(loop.filter(), round))) {
                    continue;
                }
            }
            items.add(item);
        }
        if (items.isEmpty()) {
            return run(loop.otherwise(), new Scope(scope), out);
        }
        for (int i = 0; i < items.size(); i++) {
            meter.step();
            Scope round = new Scope(scope);
            round.set("loop", new LoopValue(items, i));
            assign(loop.target(), items.get(i), round);
            if (run(loop.body(), round, out) == Exit.BREAK) {
                break;
            }
        }
        return Exit.DONE;
    }

    private void assign(Statement.Target target, Value value, Scope scope) {
        switch (target) {
            case Statement.Target.Variable variable -> scope.set(variable.name(), value);
            case Statement.Target.Member member -> {
                if (!(scope.get(member.namespace()) instanceof NamespaceValue namespace)) {
                    throw meter.fail("Only a namespace has attributes that can be set, but '" + member.namespace()
                            + "' is " + Value.kind(scope.get(member.namespace())));
                }
                namespace.attributes().put(member.name(), value);
            }
            case Statement.Target.Several several -> {
                List<Value> parts = Sequences.items(value, meter);
                if (parts.size() != several.targets().size()) {
                    throw meter.fail("There must be " + several.targets().size()
                            + " values for as many names, but there are " + parts.size());
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(several.targets().get(i), parts.get(i), scope);
                }
            }
        }
    }

    private Function macro(Statement.MacroDefinition definition, Scope scope) {
        return new Function(definition.name(), args -> callMacro(definition, args, scope));
    }

    private Value callMacro(Statement.MacroDefinition macro, Args args, Scope defined) {
        Scope scope = new Scope(defined);
        List<String> parameters = macro.parameters();
        int given = Math.min(args.positional().size(), parameters.size());
        if (args.positional().size() > given && !macro.takesMore()) {
            throw meter.fail("The macro '" + macro.name() + "' takes at most " + parameters.size()
                    + " arguments, but it was given " + args.positional().size());
        }
        Map<String, Value> named = new LinkedHashMap<>(args.named());
        int firstDefault = parameters.size() - macro.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            Value value = named.remove(name);
            if (i < given) {
                if (value != null) {
                    throw meter.fail("The macro '" + macro.name() + "' was given its argument '" + name + "' twice");
                }
                value = args.positional().get(i);
            }
            if (value == null) {
                value = i < firstDefault
                        ? new Value.Undefined("parameter '" + name + "' was not provided")
                        : evaluator.evaluate(macro.defaults().get(i - firstDefault), scope);
            }
            scope.set(name, value);
        }
        Value caller = named.remove("caller");
        if (caller != null) {
            scope.set("caller", caller);
        }
        extras(macro, args.positional().subList(given, args.positional().size()), named, scope);
        TextBuilder out = new TextBuilder(meter);
        run(macro.body(), scope, out);
        return out.toText();
    }

    /** What a macro was given beyond its parameters. */
    private void extras(Statement.MacroDefinition macro, List<Value> more, Map<String, Value> named, Scope scope) {
        if (macro.takesMore()) {
            scope.set("varargs", ListValue.tuple(more));
        }
        if (macro.takesMoreNamed()) {
            MapValue kwargs = new MapValue(false);
            named.forEach((name, value) -> kwargs.put(TemplateText.own(name), value, meter));
            scope.set("kwargs", kwargs);
        } else if (!named.isEmpty()) {
            throw meter.fail("The macro '" + macro.name() + "' has no argument '"
                    + named.keySet().iterator().next() + "', only " + macro.parameters());
        }
    }
}
