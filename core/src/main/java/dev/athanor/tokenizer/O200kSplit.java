package dev.athanor.tokenizer;

/**
 * The pattern of GPT-4o and gpt-oss (o200k) as a scanner. A word is
 * {@code [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?} or
 * the same with {@code +} in its first and {@code *} in its second class, so that a capital after a small letter begins
 * a new one; the rest is {@code \p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
 */
final class O200kSplit {
    private O200kSplit() {}

    /** See {@link PreTokenizer#end}. */
    static int end(String text, int start, int limit) {
        int first = text.codePointAt(start);
        int second = start + Character.charCount(first);
        boolean letter = CharClass.isLetter(first);
        if (!letter && CharClass.isNumber(first)) {
            return Gpt2Split.numbers(text, second, limit, 2);
        }
        // A mark may be the sign before a word, its first letter, or the whole of it.
        boolean signed = !letter && first != '\r' && first != '\n';
        int word = signed ? endingSmall(text, second, limit) : -1;
        if (word < 0) {
            word = endingSmall(text, start, limit);
        }
        if (word < 0 && signed) {
            word = beginningLarge(text, second, limit);
        }
        if (word < 0) {
            word = beginningLarge(text, start, limit);
        }
        if (word >= 0) {
            return word + Llama3Split.contraction(text, word, limit);
        }
        int signs = first == ' ' ? second : start;
        if (signs < limit && CharClass.isOther(text.codePointAt(signs))) {
            return lineEndsAndSlashes(text, Gpt2Split.others(text, signs, limit), limit);
        }
        return Llama3Split.spaces(text, start, limit);
    }

    /**
     * The end of large letters, as many as leave one or more small ones, and the small ones; -1 where there are none.
     * Letters without case and marks count as both.
     */
    private static int endingSmall(String text, int start, int limit) {
        int both = -1; // where the last of those that count as small ends
        int at = start;
        while (at < limit) {
            int c = text.codePointAt(at);
            if (!CharClass.isLarge(c)) {
                break;
            }
            at += Character.charCount(c);
            if (CharClass.isSmall(c)) {
                both = at;
            }
        }
        int end = small(text, at, limit);
        return end > at ? end : both;
    }

    /** The end of one or more large letters and the small ones behind them; -1 where there are none. */
    private static int beginningLarge(String text, int start, int limit) {
        int at = start;
        while (at < limit) {
            int c = text.codePointAt(at);
            if (!CharClass.isLarge(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at > start ? small(text, at, limit) : -1;
    }

    private static int small(String text, int at, int limit) {
        while (at < limit) {
            int c = text.codePointAt(at);
            if (!CharClass.isSmall(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    private static int lineEndsAndSlashes(String text, int at, int limit) {
        while (at < limit && (text.charAt(at) == '\r' || text.charAt(at) == '\n' || text.charAt(at) == '/')) {
            at++;
        }
        return at;
    }
}
