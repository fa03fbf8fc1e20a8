package dev.athanor.tokenizer;

/**
 * GPT-2's pattern {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+} as a scanner
 * (Radford et al. 2019).
 */
final class Gpt2Split {
    private Gpt2Split() {}

    /** See {@link PreTokenizer#end}. */
    static int end(String text, int start, int limit) {
        int contraction = contraction(text, start, limit);
        if (contraction > 0) {
            return start + contraction;
        }
        int first = text.codePointAt(start);
        int at = start;
        if (first == ' ' && start + 1 < limit) {
            at = start + 1;
            first = text.codePointAt(at);
        }
        if (CharClass.isSpace(first)) {
            return spaces(text, start, limit);
        }
        if (CharClass.isLetter(first)) {
            return letters(text, at, limit);
        }
        if (CharClass.isNumber(first)) {
            return numbers(text, at, limit, Integer.MAX_VALUE);
        }
        return others(text, at, limit);
    }

    private static int contraction(String text, int start, int limit) {
        if (text.charAt(start) != '\'' || start + 1 >= limit) {
            return 0;
        }
        char c = text.charAt(start + 1);
        if (c == 's' || c == 't' || c == 'm' || c == 'd') {
            return 2;
        }
        if (start + 2 >= limit) {
            return 0;
        }
        char d = text.charAt(start + 2);
        return (c == 'r' && d == 'e') || (c == 'v' && d == 'e') || (c == 'l' && d == 'l') ? 3 : 0;
    }

    /**
     * {@code \s+(?!\S)|\s+}: all spaces at the end of the text, all but the last before a word that can take it as its
     * own.
     */
    static int spaces(String text, int start, int limit) {
        int at = start;
        while (at < limit && CharClass.isSpace(text.charAt(at))) {
            at++; // no space lies outside the first plane
        }
        return at == limit || at == start + 1 ? at : at - 1;
    }

    /** End of the letters from {@code at}. */
    static int letters(String text, int at, int limit) {
        while (at < limit) {
            int c = text.charAt(at);
            if (c >= 128) {
                c = text.codePointAt(at);
            }
            if (!CharClass.isLetter(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /** End of at most {@code most} numbers from {@code at}. */
    static int numbers(String text, int at, int limit, int most) {
        for (int n = 0; n < most && at < limit; n++) {
            int c = text.codePointAt(at);
            if (!CharClass.isNumber(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /** End of what is neither space nor letter nor number from {@code at}. */
    static int others(String text, int at, int limit) {
        while (at < limit) {
            int c = text.codePointAt(at);
            if (!CharClass.isOther(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }
}
