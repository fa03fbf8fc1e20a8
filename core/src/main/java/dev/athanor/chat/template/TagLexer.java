package dev.athanor.chat.template;

import dev.athanor.chat.template.Token.Kind;
import java.util.List;
import java.util.Set;

/** Reads the names, numbers, strings and operators inside one tag. */
final class TagLexer {
    private static final Set<String> LONG_OPERATORS = Set.of("**", "//", "==", "!=", "<=", ">=");
    private static final String OPERATORS = "+-*/%~[](){}<>=.:|,";

    private final String source;
    private final List<Token> tokens;
    private int line;
    private final StringBuilder open = new StringBuilder();

    TagLexer(String source, List<Token> tokens) {
        this.source = source;
        this.tokens = tokens;
    }

    /** Whether every bracket is closed; inside brackets, {@code }}} is two braces and no end of a tag. */
    boolean balanced() {
        return open.isEmpty();
    }

    /** Reads the token at an index and returns the index behind it. */
    int read(int at, int atLine) {
        line = atLine;
        char c = source.charAt(at);
        if (c == '\'' || c == '"') {
            return string(at, c);
        }
        if (c >= '0' && c <= '9') {
            return number(at);
        }
        int codePoint = source.codePointAt(at);
        if (c == '_' || Character.isUnicodeIdentifierStart(codePoint)) {
            return name(at);
        }
        if (at + 1 < source.length() && LONG_OPERATORS.contains(source.substring(at, at + 2))) {
            return add(Kind.OPERATOR, at, at + 2);
        }
        if (OPERATORS.indexOf(c) < 0) {
            throw fail("A tag must be made of names, numbers, strings and operators, but it has '"
                    + Character.toString(codePoint) + "'");
        }
        balance(c);
        return add(Kind.OPERATOR, at, at + 1);
    }

    private int add(Kind kind, int start, int end) {
        tokens.add(new Token(kind, source.substring(start, end), line));
        return end;
    }

    private void balance(char c) {
        switch (c) {
            case '(' -> open.append(')');
            case '[' -> open.append(']');
            case '{' -> open.append('}');
            case ')', ']', '}' -> {
                int last = open.length() - 1;
                if (last < 0 || open.charAt(last) != c) {
                    throw fail("Brackets must be closed in the order they were opened, but there is an unexpected '" + c
                            + "'");
                }
                open.setLength(last);
            }
            default -> {}
        }
    }

    private int name(int at) {
        int end = at;
        while (end < source.length()) {
            int codePoint = source.codePointAt(end);
            if (codePoint != '_'
                    && (!Character.isUnicodeIdentifierPart(codePoint) || Character.isIdentifierIgnorable(codePoint))) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return end == at ? badName(at) : add(Kind.NAME, at, end);
    }

    private int badName(int at) {
        throw fail("A name must start with a letter, but it starts with the invisible character U+"
                + Integer.toHexString(source.codePointAt(at)));
    }

    private int digits(int at) {
        int end = at;
        while (end < source.length() && (isDigit(end) || (source.charAt(end) == '_' && end > at && isDigit(end + 1)))) {
            end++;
        }
        return end;
    }

    private boolean isDigit(int at) {
        return at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9';
    }

    private int number(int at) {
        char second = at + 1 < source.length() ? Character.toLowerCase(source.charAt(at + 1)) : ' ';
        if (source.charAt(at) == '0' && (second == 'x' || second == 'o' || second == 'b')) {
            int radix = second == 'x' ? 16 : second == 'o' ? 8 : 2;
            int end = at + 2;
            while (end < source.length()
                    && (source.charAt(end) == '_' || Character.digit(source.charAt(end), radix) >= 0)) {
                end++;
            }
            return integer(source.substring(at + 2, end), radix, end);
        }
        int end = digits(at);
        boolean whole = true;
        if (tokens.getLast().operator(".")) {
            return integer(source.substring(at, end), 10, end);
        }
        if (end < source.length() && source.charAt(end) == '.' && isDigit(end + 1)) {
            end = digits(end + 1);
            whole = false;
        }
        if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < source.length() && (source.charAt(exponent) == '+' || source.charAt(exponent) == '-')) {
                exponent++;
            }
            if (isDigit(exponent)) {
                end = digits(exponent);
                whole = false;
            }
        }
        String text = source.substring(at, end);
        if (whole) {
            return integer(text, 10, end);
        }
        tokens.add(new Token(Kind.FLOAT, text.replace("_", ""), line));
        return end;
    }

    private int integer(String digits, int radix, int end) {
        try {
            long value = Long.parseLong(digits.replace("_", ""), radix);
            tokens.add(new Token(Kind.INTEGER, Long.toString(value), line));
            return end;
        } catch (NumberFormatException _) {
            throw fail("An integer must have digits and fit in 64 bits, but this one is '" + digits + "'");
        }
    }

    private int string(int at, char quote) {
        StringBuilder text = new StringBuilder();
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            if (source.charAt(i) == '\\' && i + 1 < source.length()) {
                i = escape(i + 1, text);
            } else {
                text.append(source.charAt(i++));
            }
        }
        if (i >= source.length()) {
            throw fail("A string must end with " + quote + ", but the template ends inside one");
        }
        tokens.add(new Token(Kind.STRING, text.toString(), line));
        return i + 1;
    }

    /** Decodes what follows a backslash as Python does; what Python does not know keeps its backslash. */
    private int escape(int at, StringBuilder text) {
        char c = source.charAt(at);
        int simple = "\\'\"abfnrtv".indexOf(c);
        if (simple >= 0) {
            text.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(simple));
            return at + 1;
        }
        return switch (c) {
            case '\n' -> at + 1;
            case 'x' -> hex(at, 2, text);
            case 'u' -> hex(at, 4, text);
            case 'U' -> hex(at, 8, text);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int end = at;
                int value = 0;
                while (end < at + 3 && isDigit(end) && source.charAt(end) < '8') {
                    value = value * 8 + source.charAt(end++) - '0';
                }
                text.appendCodePoint(value);
                yield end;
            }
            default -> {
                text.append('\\').append(c);
                yield at + 1;
            }
        };
    }

    private int hex(int at, int count, StringBuilder text) {
        long value = 0;
        for (int i = at + 1; i <= at + count; i++) {
            int digit = i < source.length() ? Character.digit(source.charAt(i), 16) : -1;
            if (digit < 0) {
                throw fail("An escape '\\" + source.charAt(at) + "' needs " + count + " hexadecimal digits, but has "
                        + (i - at - 1));
            }
            value = value * 16 + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw fail("A character must be at most U+10FFFF, but an escape asks for U+" + Long.toHexString(value));
        }
        text.appendCodePoint((int) value);
        return at + count + 1;
    }

    private TemplateException fail(String sentence) {
        return new TemplateException(sentence + ", at line " + line + " of the template.", line);
    }
}
