package dev.athanor.tokenizer;

/**
 * Cuts text the way GPT-2 does before any merging:
 * {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}, written as a scanner that looks at each
 * character once, so no text makes it slow.
 */
final class PreTokens {
    private PreTokens() {}

    /** The end of the piece that begins at {@code start}; always larger than {@code start}. */
    static int end(String text, int start) {
        int contraction = contraction(text, start);
        if (contraction > 0) {
            return start + contraction;
        }
        int first = text.codePointAt(start);
        int at = start;
        if (first == ' ' && start + 1 < text.length()) {
            int second = text.codePointAt(start + 1);
            if (!isSpace(second)) {
                at = start + 1;
                first = second;
            }
        }
        if (!isSpace(first)) {
            return run(text, at, kind(first));
        }
        return spaces(text, start);
    }

    /** Spaces: all of them at the end of the text, all but the last before a word that can take it as its own. */
    private static int spaces(String text, int start) {
        int at = start;
        int last = start;
        while (at < text.length() && isSpace(text.codePointAt(at))) {
            last = at;
            at += Character.charCount(text.codePointAt(at));
        }
        return at == text.length() || last == start ? at : last;
    }

    private static int run(String text, int start, Kind kind) {
        int at = start;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (isSpace(c) || kind(c) != kind) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    private static int contraction(String text, int start) {
        if (text.charAt(start) != '\'' || start + 1 == text.length()) {
            return 0;
        }
        char c = text.charAt(start + 1);
        if (c == 's' || c == 't' || c == 'm' || c == 'd') {
            return 2;
        }
        if (start + 2 < text.length()) {
            char d = text.charAt(start + 2);
            if ((c == 'r' && d == 'e') || (c == 'v' && d == 'e') || (c == 'l' && d == 'l')) {
                return 3;
            }
        }
        return 0;
    }

    private enum Kind {
        LETTER,
        NUMBER,
        OTHER
    }

    private static Kind kind(int c) {
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> Kind.LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> Kind.NUMBER;
            default -> Kind.OTHER;
        };
    }

    /** Unicode White_Space, which Java's own predicates each miss a part of. */
    private static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    }
}
