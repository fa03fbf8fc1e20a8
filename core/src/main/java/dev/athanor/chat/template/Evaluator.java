package dev.athanor.chat.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions. */
final class Evaluator {
    private final Meter meter;
    private final Library library;

    Evaluator(Meter meter) {
        this.meter = meter;
        this.library = new Library(meter);
    }

    Value evaluate(Expr expr, Scope scope) {
        meter.step();
        meter.enter();
        meter.at(expr.line());
        Value value = switch (expr) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> scope.get(name.name());
            case Expr.ListLiteral list -> list(list, scope);
            case Expr.MapLiteral map -> map(map, scope);
            case Expr.Attribute attribute -> {
                Value target = evaluate(attribute.target(), scope);
                meter.at(attribute.line());
                yield Attributes.attribute(target, attribute.name(), meter);
            }
            case Expr.Item item -> {
                Value target = evaluate(item.target(), scope);
                Value index = evaluate(item.index(), scope);
                meter.at(item.line());
                yield Attributes.item(target, index, meter);
            }
            case Expr.Slice slice -> slice(slice, scope);
            case Expr.Call call -> call(call, scope);
            case Expr.Filter filter ->
                filter(evaluate(filter.target(), scope), filter.name(), filter.arguments(), scope, filter.line());
            case Expr.Test test -> {
                Value target = evaluate(test.target(), scope);
                Args args = arguments(test.arguments(), scope);
                meter.at(test.line());
                yield Value.Bool.of(library.test(test.name(), target, args));
            }
            case Expr.Not not -> Value.Bool.of(!Value.truth(evaluate(not.operand(), scope)));
            case Expr.Sign sign -> Arithmetic.sign(sign.minus(), evaluate(sign.operand(), scope), meter);
            case Expr.Binary binary -> {
                Value left = evaluate(binary.left(), scope);
                Value right = evaluate(binary.right(), scope);
                meter.at(binary.line());
                yield Arithmetic.binary(binary.operator(), left, right, meter);
            }
            case Expr.Join join -> join(join, scope);
            case Expr.Logic logic -> logic(logic, scope);
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.Choice choice ->
                Value.truth(evaluate(choice.condition(), scope))
                        ? evaluate(choice.yes(), scope)
                        : evaluate(choice.no(), scope);
        };
        meter.leave();
        return value;
    }

    private Value list(Expr.ListLiteral list, Scope scope) {
        List<Value> items = new ArrayList<>(list.items().size());
        for (Expr item : list.items()) {
            items.add(evaluate(item, scope));
        }
        return list.tuple() ? ListValue.tuple(items) : ListValue.of(items);
    }

    private Value map(Expr.MapLiteral map, Scope scope) {
        MapValue value = new MapValue(false);
        for (Expr.Pair pair : map.pairs()) {
            Value key = evaluate(pair.key(), scope);
            value.put(key, evaluate(pair.value(), scope), meter);
        }
        return value;
    }

    private Value slice(Expr.Slice slice, Scope scope) {
        Value target = evaluate(slice.target(), scope);
        Value start = evaluate(slice.start(), scope);
        Value stop = evaluate(slice.stop(), scope);
        Value step = evaluate(slice.step(), scope);
        meter.at(slice.line());
        return Slices.slice(target, start, stop, step, meter);
    }

    private Value call(Expr.Call call, Scope scope) {
        return call(call, Map.of(), scope);
    }

    /** @param more named arguments besides those written, as a call block gives its {@code caller} */
    Value call(Expr.Call call, Map<String, Value> more, Scope scope) {
        Value target = evaluate(call.target(), scope);
        Args args = arguments(call.arguments(), scope);
        meter.at(call.line());
        if (!(target instanceof Function function)) {
            throw meter.fail("Only macros, methods and functions can be called, but " + called(call.target()) + " is "
                    + Value.kind(target));
        }
        if (!more.isEmpty()) {
            Map<String, Value> named = new LinkedHashMap<>(args.named());
            named.putAll(more);
            args = new Args(args.positional(), named);
        }
        Value value = function.body().call(args);
        meter.at(call.line());
        return value;
    }

    private static String called(Expr target) {
        return switch (target) {
            case Expr.Name name -> "'" + name.name() + "'";
            case Expr.Attribute attribute -> "'" + attribute.name() + "'";
            default -> "this";
        };
    }

    Value filter(Value target, String name, Expr.Arguments arguments, Scope scope, int line) {
        Args args = arguments(arguments, scope);
        meter.at(line);
        return library.filter(name, target, args);
    }

    private Args arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments == Expr.Arguments.NONE) {
            return Args.NONE;
        }
        List<Value> positional = new ArrayList<>();
        for (Expr argument : arguments.positional()) {
            positional.add(evaluate(argument, scope));
        }
        for (Expr list : arguments.lists()) {
            List<Value> items = Sequences.items(evaluate(list, scope), meter);
            meter.steps(items.size());
            positional.addAll(items);
        }
        Map<String, Value> named = new LinkedHashMap<>();
        for (Expr.Named argument : arguments.named()) {
            named.put(argument.name(), evaluate(argument.value(), scope));
        }
        for (Expr map : arguments.maps()) {
            if (!(evaluate(map, scope) instanceof MapValue value)) {
                throw meter.fail(
                        "Only a mapping can be given as named arguments with '**', but this is something else");
            }
            meter.steps(value.size());
            for (MapValue.Entry entry : value.entries()) {
                named.put(Repr.text(entry.key(), meter).toString(), entry.value());
            }
        }
        return new Args(positional, named);
    }

    private Value join(Expr.Join join, Scope scope) {
        TextBuilder text = new TextBuilder(meter);
        for (Expr part : join.parts()) {
            text.append(Repr.text(evaluate(part, scope), meter));
        }
        return text.toText();
    }

    private Value logic(Expr.Logic logic, Scope scope) {
        Value value = Value.MISSING;
        for (Expr part : logic.parts()) {
            value = evaluate(part, scope);
            if (Value.truth(value) != logic.all()) {
                return value;
            }
        }
        return value;
    }

    private Value compare(Expr.Compare compare, Scope scope) {
        Value left = evaluate(compare.first(), scope);
        for (Expr.Comparison comparison : compare.rest()) {
            Value right = evaluate(comparison.right(), scope);
            meter.at(compare.line());
            if (!Comparing.holds(comparison.operator(), left, right, meter)) {
                return Value.Bool.FALSE;
            }
            left = right;
        }
        return Value.Bool.TRUE;
    }
}
