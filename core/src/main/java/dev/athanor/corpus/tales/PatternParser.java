package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the notation of the tales' files.
 *
 * <ul>
 *   <li>{@code {N}} the hero's name, {@code {S}} name or pronoun as subject, {@code {he} {him} {his}}; {@code {F} {fhe}
 *       {fhim} {fhis}} the friend; {@code {J}} somebody by trade and {@code {A}} an animal, the same throughout;
 *       {@code {P}} the place, {@code {inP}} with preposition; {@code {time}}, {@code {season}}
 *   <li>{@code {list}} an entry of a word list, {@code {a:list}} with its article; {@code {=list}} and {@code {a=list}}
 *       the entry kept for this episode
 *   <li>{@code {this/that/}} one of these wordings, here also nothing
 *   <li>{@code (is|was)} present or past, as the story is told
 *   <li>{@code <words>} evidence; {@code [slot]} a word drawn from a slot's distribution
 *   <li>{@code lies^lie:rest} the word before has this meaning
 * </ul>
 */
final class PatternParser {
    private final String source;
    private int at;

    private PatternParser(String source) {
        this.source = source;
    }

    static Pattern parse(String source) {
        PatternParser parser = new PatternParser(source);
        Pattern pattern = parser.until("");
        if (parser.at < source.length()) {
            throw parser.broken("a closing sign without its opening one");
        }
        return pattern;
    }

    /** Parts up to one of {@code ends}, which is left unread. */
    private Pattern until(String ends) {
        List<Part> parts = new ArrayList<>();
        StringBuilder words = new StringBuilder();
        while (at < source.length() && ends.indexOf(source.charAt(at)) < 0) {
            char c = source.charAt(at);
            if ("{(<[^".indexOf(c) < 0) {
                words.append(c);
                at++;
                continue;
            }
            if (!words.isEmpty()) {
                parts.add(new Part.Words(words.toString()));
                words.setLength(0);
            }
            at++;
            parts.add(
                    switch (c) {
                        case '{' -> brace();
                        case '(' -> tense();
                        case '<' -> evidence();
                        case '[' -> new Part.Blank(name(']'));
                        default -> meaning();
                    });
        }
        if (!words.isEmpty()) {
            parts.add(new Part.Words(words.toString()));
        }
        return new Pattern(List.copyOf(parts));
    }

    private Part tense() {
        Pattern now = until("|");
        close('|');
        Pattern past = until(")");
        close(')');
        return new Part.Tense(now, past);
    }

    private Part evidence() {
        Pattern inner = until(">");
        close('>');
        return new Part.Evidence(inner);
    }

    private Part meaning() {
        int start = at;
        while (at < source.length() && (Character.isLetter(source.charAt(at)) || source.charAt(at) == ':')) {
            at++;
        }
        String[] both = source.substring(start, at).split(":", -1);
        if (both.length != 2) {
            throw broken("^word:meaning");
        }
        return new Part.Meaning(both[0], both[1]);
    }

    private Part brace() {
        int start = at;
        Pattern first = until("/}");
        if (at < source.length() && source.charAt(at) == '/') {
            List<Pattern> wordings = new ArrayList<>(List.of(first));
            while (at < source.length() && source.charAt(at) == '/') {
                at++;
                wordings.add(until("/}"));
            }
            close('}');
            return new Part.Choice(List.copyOf(wordings));
        }
        at = start;
        String name = name('}');
        for (Part.Role role : Part.Role.values()) {
            if (role.sign.equals(name)) {
                return new Part.Known(role);
            }
        }
        boolean article = name.startsWith("a:") || name.startsWith("a=");
        boolean kept = name.startsWith("=") || name.startsWith("a=");
        return new Part.Entry(name.substring(article ? 2 : kept ? 1 : 0), article, kept);
    }

    private String name(char end) {
        int close = source.indexOf(end, at);
        if (close < 0) {
            throw broken("a closing " + end);
        }
        String name = source.substring(at, close);
        at = close + 1;
        return name;
    }

    private void close(char end) {
        if (at >= source.length() || source.charAt(at) != end) {
            throw broken("a closing " + end);
        }
        at++;
    }

    private IllegalStateException broken(String expected) {
        return new IllegalStateException(
                "tales: expected " + expected + " at character " + at + " of \"" + source + "\"");
    }
}
