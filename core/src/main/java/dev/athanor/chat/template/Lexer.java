package dev.athanor.chat.template;

import dev.athanor.chat.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into texts and tags, with the settings transformers gives Jinja: the newline behind a tag goes,
 * blanks before a tag that starts its line go, and one newline at the very end goes.
 */
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    /** Whether the last thing read ended a line. */
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> read(String source) {
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
        lexer.readAll();
        return lexer.tokens;
    }

    private void readAll() {
        while (at < source.length()) {
            int open = nextTag(at);
            if (open < 0) {
                addText(source.substring(at));
                advance(source.length());
                break;
            }
            char type = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            boolean signed = sign == '-' || sign == '+';
            addText(textBefore(open, type, signed ? sign : ' '));
            advance(open + (signed ? 3 : 2));
            switch (type) {
                case '#' -> skipComment();
                case '{' -> readTag(Kind.OUTPUT_START, Kind.OUTPUT_END, "}}");
                default -> readStatement();
            }
            lineStarts = source.charAt(at - 1) == '\n';
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextTag(int from) {
        for (int open = source.indexOf('{', from); open >= 0; open = source.indexOf('{', open + 1)) {
            char type = open + 1 < source.length() ? source.charAt(open + 1) : ' ';
            if (type == '{' || type == '%' || type == '#') {
                return open;
            }
        }
        return -1;
    }

    private String textBefore(int open, char type, char sign) {
        if (sign == '-') {
            return source.substring(at, Chars.endOfStripped(source, at, open));
        }
        if (sign != '+' && type != '{') {
            int start = open;
            while (start > at && source.charAt(start - 1) != '\n') {
                start--;
            }
            boolean startsLine = start > at || lineStarts;
            if (startsLine && Chars.startOfStripped(source, start, open) == open) {
                return source.substring(at, start);
            }
        }
        return source.substring(at, open);
    }

    private void addText(String text) {
        if (!text.isEmpty()) {
            tokens.add(new Token(Kind.TEXT, text, line));
        }
    }

    /** Moves on to {@code end} and counts the lines passed. */
    private void advance(int end) {
        for (; at < end; at++) {
            if (source.charAt(at) == '\n') {
                line++;
            }
        }
    }

    private void skipComment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            throw fail("A comment must be closed by '#}', but the template ends inside one");
        }
        char sign = close > at ? source.charAt(close - 1) : ' ';
        advance(close + 2);
        afterTag(sign, true);
    }

    /** What the sign before the end of a tag, or the lack of one, makes of the blanks behind it. */
    private void afterTag(char sign, boolean takesNewline) {
        if (sign == '-') {
            advance(Chars.startOfStripped(source, at, source.length()));
        } else if (takesNewline && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            advance(at + 1);
        }
    }

    private void readStatement() {
        int start = tokens.size();
        readTag(Kind.TAG_START, Kind.TAG_END, "%}");
        if (tokens.size() == start + 3 && tokens.get(start + 1).name("raw")) {
            tokens.subList(start, tokens.size()).clear();
            // Unlike other tags, this one keeps the newline behind it.
            if (source.startsWith("%}\n", at - 3) && source.charAt(at - 4) != '-') {
                at--;
                line--;
            }
            readRaw();
        }
    }

    private void readRaw() {
        for (int open = source.indexOf("{%", at); open >= 0; open = source.indexOf("{%", open + 1)) {
            int name = open + 2;
            char sign = name < source.length() ? source.charAt(name) : ' ';
            boolean signed = sign == '-' || sign == '+';
            name = Chars.startOfStripped(source, signed ? name + 1 : name, source.length());
            if (!source.startsWith("endraw", name)) {
                continue;
            }
            int close = Chars.startOfStripped(source, name + "endraw".length(), source.length());
            char closeSign = close < source.length() ? source.charAt(close) : ' ';
            boolean closeSigned = closeSign == '-' || closeSign == '+';
            if (source.startsWith("%}", closeSigned ? close + 1 : close)) {
                addText(textBefore(open, '%', signed ? sign : ' '));
                advance((closeSigned ? close + 1 : close) + 2);
                afterTag(closeSigned ? closeSign : ' ', true);
                return;
            }
        }
        throw fail("'{% raw %}' must be closed by '{% endraw %}', but the template ends inside it");
    }

    private void readTag(Kind first, Kind last, String close) {
        tokens.add(new Token(first, "", line));
        TagLexer tag = new TagLexer(source, tokens);
        while (true) {
            advance(Chars.startOfStripped(source, at, source.length()));
            if (at >= source.length()) {
                throw fail("A tag must be closed by '" + close + "', but the template ends inside one");
            }
            char sign = source.charAt(at);
            boolean signed = sign == '-' || (sign == '+' && last == Kind.TAG_END);
            if (tag.balanced() && source.startsWith(close, signed ? at + 1 : at)) {
                tokens.add(new Token(last, "", line));
                advance(at + (signed ? 3 : 2));
                afterTag(signed ? sign : ' ', last == Kind.TAG_END);
                return;
            }
            advance(tag.read(at, line));
        }
    }

    private TemplateException fail(String sentence) {
        return new TemplateException(sentence + ", at line " + line + " of the template.", line);
    }
}
