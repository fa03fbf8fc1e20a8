package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a pattern; whatever it does not know it refuses by name. Recursion is as deep as groups nest. */
final class RegexParser {
    /** An alternative at the top: what {@code ^} and {@code $} said about its ends. */
    record Alternative(boolean fromStart, Regex body, boolean toEnd) {}

    private final int[] codes;
    private final String place;
    private final Budget budget;
    private int at;

    RegexParser(String pattern, String place, Budget budget) {
        this.codes = pattern.codePoints().toArray();
        this.place = place;
        this.budget = budget;
    }

    List<Alternative> alternatives() {
        List<Alternative> all = new ArrayList<>();
        do {
            boolean fromStart = take('^');
            Regex body = sequence(0, true);
            all.add(new Alternative(fromStart, body, take('$')));
        } while (take('|'));
        if (at < codes.length) {
            throw problem(at, "the pattern's end was expected, found " + shown(at) + "; write \\) for a bracket");
        }
        return all;
    }

    private Regex group(int depth) {
        int open = at - 1;
        if (depth >= budget.limits().maxDepth()) {
            throw problem(open, "groups at most " + depth + " deep were expected, found deeper ones; flatten them");
        }
        if (take('?')) {
            groupKind(open);
        }
        List<Regex> options = new ArrayList<>();
        do {
            options.add(sequence(depth + 1, false));
        } while (take('|'));
        if (!take(')')) {
            throw problem(open, "a group was expected to be closed, found the pattern's end; add a bracket");
        }
        return Regex.choice(options);
    }

    private void groupKind(int open) {
        if (take(':')) {
            return;
        }
        if (peek('=') || peek('!')) {
            throw unknown(open, "lookahead");
        }
        if (!take('<')) {
            throw unknown(open, "a group of this kind (flags, atomic groups and conditions)");
        }
        if (peek('=') || peek('!')) {
            throw unknown(open, "lookbehind");
        }
        int from = at;
        while (at < codes.length && CharClasses.WORD.contains(codes[at])) {
            at++;
        }
        if (at == from || !take('>')) {
            throw problem(open, "the name of a group in <> was expected, found " + shown(at) + "; use (?: instead");
        }
    }

    private Regex sequence(int depth, boolean top) {
        List<Regex> parts = new ArrayList<>();
        while (at < codes.length && !peek('|') && !peek(')')) {
            if (top && peek('$') && (at + 1 == codes.length || codes[at + 1] == '|')) {
                break;
            }
            Regex atom = atom(depth);
            parts.add(quantified(atom));
        }
        return Regex.sequence(parts);
    }

    private Regex atom(int depth) {
        int c = codes[at++];
        return switch (c) {
            case '(' -> group(depth);
            case '[' -> Regex.set(new ClassParser(this).parse());
            case '.' -> Regex.set(CharClasses.LINE_ENDS.complement());
            case '\\' -> Regex.set(escape(false));
            case '^', '$' -> throw unknown(at - 1, "an anchor that is not at an end of the pattern");
            case '*', '+', '?' ->
                throw problem(
                        at - 1,
                        "something to repeat was expected before " + shown(at - 1) + ", found nothing; escape it");
            case '{' -> throw problem(at - 1, "something to repeat was expected before {, found nothing; write \\{");
            default -> Regex.set(CodeSet.of(c));
        };
    }

    private Regex quantified(Regex atom) {
        int from = at;
        int min;
        int max;
        if (take('*')) {
            min = 0;
            max = Regex.UNBOUNDED;
        } else if (take('+')) {
            min = 1;
            max = Regex.UNBOUNDED;
        } else if (take('?')) {
            min = 0;
            max = 1;
        } else if (take('{')) {
            min = number(from);
            max = min;
            if (take(',')) {
                max = peek('}') ? Regex.UNBOUNDED : number(from);
            }
            if (!take('}') || max < min) {
                throw problem(from, "a count {m}, {m,} or {m,n} with m at most n was expected; write \\{ for a brace");
            }
        } else {
            return atom;
        }
        if (peek('+')) {
            throw unknown(at, "a possessive quantifier");
        }
        if (!take('?') && (peek('*') || peek('{'))) {
            throw problem(at, "one quantifier was expected, found two; put the first into a group");
        }
        if (peek('?') || peek('*') || peek('+') || peek('{')) {
            throw problem(at, "one quantifier was expected, found two; put the first into a group");
        }
        return Regex.repeat(atom, min, max);
    }

    private int number(int from) {
        long value = 0;
        int digits = at;
        while (at < codes.length && codes[at] >= '0' && codes[at] <= '9') {
            value = Math.min(10 * value + codes[at++] - '0', Integer.MAX_VALUE);
        }
        if (at == digits) {
            throw problem(from, "a count {m}, {m,} or {m,n} was expected; write \\{ for a brace");
        }
        if (value > budget.limits().maxRepeat()) {
            throw problem(
                    from, "a count of at most " + budget.limits().maxRepeat() + " was expected, found a larger one");
        }
        return (int) value;
    }

    /** The set after a backslash. */
    CodeSet escape(boolean inClass) {
        int from = at - 1;
        if (at == codes.length) {
            throw problem(from, "a character was expected after the backslash, found the end; write \\\\");
        }
        int c = codes[at++];
        Optional<CodeSet> named = CharClasses.escape(c);
        if (named.isPresent()) {
            return named.get();
        }
        return switch (c) {
            case 'n' -> CodeSet.of('\n');
            case 't' -> CodeSet.of('\t');
            case 'r' -> CodeSet.of('\r');
            case 'f' -> CodeSet.of('\f');
            case 'v' -> CodeSet.of(0x0B);
            case 'x' -> CodeSet.of(hex(from, 2));
            case 'u' -> CodeSet.of(hex(from, 4));
            case 'p' -> category(from);
            case 'P' -> category(from).complement();
            default -> {
                if (c >= '1' && c <= '9' || c == 'k') {
                    throw unknown(from, "a backreference");
                }
                if (c == 'b' && !inClass || c == 'B') {
                    throw unknown(from, "a word boundary");
                }
                if (Character.isLetterOrDigit(c)) {
                    throw unknown(from, "the escape \\" + Json.shown(Character.toString(c)));
                }
                yield CodeSet.of(c);
            }
        };
    }

    private int hex(int from, int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < codes.length && codes[at] < 128 ? Character.digit(codes[at], 16) : -1;
            if (digit < 0) {
                throw problem(from, digits + " hexadecimal digits were expected, found " + shown(at));
            }
            at++;
            value = 16 * value + digit;
        }
        if (value >= 0xD800 && value <= 0xDFFF) {
            throw unknown(from, "half of a surrogate pair (write the character itself)");
        }
        return value;
    }

    private CodeSet category(int from) {
        StringBuilder name = new StringBuilder();
        if (take('{')) {
            while (at < codes.length && !peek('}') && name.length() < 40) {
                name.appendCodePoint(codes[at++]);
            }
            if (!take('}')) {
                throw problem(from, "the name of a category in {} was expected, such as \\p{L}");
            }
        }
        return budget.category(name.toString())
                .orElseThrow(() -> unknown(
                        from, "the property \"" + Json.shown(name.toString()) + "\" (only general categories like L)"));
    }

    boolean atEnd() {
        return at == codes.length;
    }

    int position() {
        return at;
    }

    int read() {
        return codes[at++];
    }

    boolean peek(int c) {
        return at < codes.length && codes[at] == c;
    }

    boolean peekSecond(int c) {
        return at + 1 < codes.length && codes[at + 1] == c;
    }

    boolean take(int c) {
        if (peek(c)) {
            at++;
            return true;
        }
        return false;
    }

    private String shown(int index) {
        return index < codes.length ? "\"" + Json.shown(Character.toString(codes[index])) + "\"" : "the pattern's end";
    }

    ConstraintException unknown(int index, String what) {
        return problem(index, "a pattern without " + what + " was expected, as this is not supported; rewrite it");
    }

    ConstraintException problem(int index, String what) {
        return new ConstraintException(place + ", character " + index + ",", what);
    }
}
