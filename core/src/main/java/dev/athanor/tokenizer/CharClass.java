package dev.athanor.tokenizer;

/**
 * The Unicode classes that split patterns speak of, as the regular expressions of Hugging Face's tokenizers see them.
 * Both follow Unicode 16; a test compares the code points.
 */
final class CharClass {
    private CharClass() {}

    /** {@code \p{L}}. */
    static boolean isLetter(int c) {
        if (c < 128) {
            int letter = (c | 0x20) - 'a';
            return letter >= 0 && letter < 26;
        }
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> true;
            default -> false;
        };
    }

    /** {@code \p{N}}. */
    static boolean isNumber(int c) {
        if (c < 128) {
            return c >= '0' && c <= '9';
        }
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    /** {@code \s}: Unicode White_Space, which Java's own predicates each miss a part of. */
    static boolean isSpace(int c) {
        if (c < 128) {
            return c == ' ' || (c >= 0x09 && c <= 0x0D);
        }
        return c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}: what stands at the beginning of a word in o200k's pattern. */
    static boolean isLarge(int c) {
        if (c < 128) {
            return c >= 'A' && c <= 'Z';
        }
        int type = Character.getType(c);
        return type == Character.UPPERCASE_LETTER || type == Character.TITLECASE_LETTER || isCaseless(type);
    }

    /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}: what stands at the end of a word in o200k's pattern. */
    static boolean isSmall(int c) {
        if (c < 128) {
            return c >= 'a' && c <= 'z';
        }
        int type = Character.getType(c);
        return type == Character.LOWERCASE_LETTER || isCaseless(type);
    }

    private static boolean isCaseless(int type) {
        return switch (type) {
            case Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }

    /** {@code \w}: what may not touch an added token that is a single word. */
    static boolean isWord(int c) {
        return Character.isAlphabetic(c)
                || switch (Character.getType(c)) {
                    case Character.NON_SPACING_MARK,
                            Character.COMBINING_SPACING_MARK,
                            Character.ENCLOSING_MARK,
                            Character.DECIMAL_DIGIT_NUMBER,
                            Character.CONNECTOR_PUNCTUATION -> true;
                    default -> c == 0x200C || c == 0x200D;
                };
    }

    /** Neither space nor letter nor number: {@code [^\s\p{L}\p{N}]}. */
    static boolean isOther(int c) {
        if (c < 128) {
            return c > ' ' ? !isLetter(c) && !isNumber(c) : !isSpace(c);
        }
        return !isSpace(c) && !isLetter(c) && !isNumber(c);
    }
}
