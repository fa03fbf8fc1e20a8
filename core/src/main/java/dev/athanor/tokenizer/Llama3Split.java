package dev.athanor.tokenizer;

/**
 * The pattern of Llama 3 and Qwen 2 as a scanner:
 * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
 * ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}, where Qwen 2 has {@code \p{N}} for {@code \p{N}{1,3}}.
 */
final class Llama3Split {
    private Llama3Split() {}

    /** See {@link PreTokenizer#end}. */
    static int end(String text, int start, int limit, int digits) {
        int contraction = contraction(text, start, limit);
        if (contraction > 0) {
            return start + contraction;
        }
        int first = text.codePointAt(start);
        int second = start + Character.charCount(first);
        if (CharClass.isLetter(first)) {
            return Gpt2Split.letters(text, second, limit);
        }
        if (CharClass.isNumber(first)) {
            return Gpt2Split.numbers(text, second, limit, digits - 1);
        }
        if (first != '\r' && first != '\n' && second < limit && CharClass.isLetter(text.codePointAt(second))) {
            return Gpt2Split.letters(text, second, limit);
        }
        int signs = first == ' ' ? second : start;
        if (signs < limit && CharClass.isOther(text.codePointAt(signs))) {
            return lineEnds(text, Gpt2Split.others(text, signs, limit), limit);
        }
        return spaces(text, start, limit);
    }

    /** The characters of a contraction at {@code start} in either case, or 0. */
    static int contraction(String text, int start, int limit) {
        if (start + 1 >= limit || text.charAt(start) != '\'') {
            return 0;
        }
        char c = lower(text.charAt(start + 1));
        if (c == 's' || c == 't' || c == 'm' || c == 'd') {
            return 2;
        }
        if (start + 2 >= limit) {
            return 0;
        }
        char d = lower(text.charAt(start + 2));
        return (c == 'r' && d == 'e') || (c == 'v' && d == 'e') || (c == 'l' && d == 'l') ? 3 : 0;
    }

    /** Case folding of the letters in the contractions; the long s folds to s. */
    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '\u017F' ? 's' : c;
    }

    private static int lineEnds(String text, int at, int limit) {
        while (at < limit && (text.charAt(at) == '\r' || text.charAt(at) == '\n')) {
            at++;
        }
        return at;
    }

    /**
     * {@code \s*[\r\n]+|\s+(?!\S)|\s+}: up to the last line end among the spaces, or as in GPT-2 when there is none.
     */
    static int spaces(String text, int start, int limit) {
        int lineEnd = -1;
        for (int at = start; at < limit && CharClass.isSpace(text.charAt(at)); at++) {
            if (text.charAt(at) == '\r' || text.charAt(at) == '\n') {
                lineEnd = at + 1;
            }
        }
        return lineEnd > 0 ? lineEnd : Gpt2Split.spaces(text, start, limit);
    }
}
