package dev.athanor.tokenizer;

/** How text is cut into pieces; no merge crosses a cut. */
public enum PreTokenizer {
    /** No cuts: the whole text is one piece. */
    NONE(""),
    /** GPT-2 and GPT-NeoX. */
    GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),
    /** SmolLM and StarCoder: every digit alone, then as GPT-2. */
    DIGITS_GPT2(""),
    /** Every run of digits alone, without a space before it, then as GPT-2. */
    NUMBERS_GPT2(""),
    /** Llama 3 and GPT-4 (cl100k): numbers of at most three digits, a word may take any one sign before it. */
    LLAMA3(llama3("\\p{N}{1,3}")),
    /** Qwen 2 and 3: as Llama 3 with every digit alone. */
    QWEN2(llama3("\\p{N}")),
    /** GPT-4o and gpt-oss (o200k): as Llama 3, but a capital behind a small letter begins a word. */
    O200K(o200kWord("*", "+") + "|" + o200kWord("+", "*") + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
            + lineEnds());

    private final String regex;

    PreTokenizer(String regex) {
        this.regex = regex;
    }

    private static String llama3(String number) {
        return contractions() + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + number + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
                + lineEnds();
    }

    private static String o200kWord(String large, String small) {
        return "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]" + large + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
                + small + contractions() + "?";
    }

    private static String contractions() {
        return "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    }

    private static String lineEnds() {
        return "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }

    /** The regular expression by which files know these cuts; empty where they use none. */
    String regex() {
        return regex;
    }

    /**
     * The end of the piece that begins at {@code start}. Looks at each character a few times at most, so no text makes
     * it slow.
     *
     * @param start a position in {@code text}, less than {@code limit}
     * @param limit where the text counts as finished
     * @return a position larger than {@code start} and at most {@code limit}
     */
    int end(String text, int start, int limit) {
        return switch (this) {
            case NONE -> limit;
            case GPT2 -> Gpt2Split.end(text, start, limit);
            case DIGITS_GPT2 -> numbersApart(text, start, limit, 1);
            case NUMBERS_GPT2 -> numbersApart(text, start, limit, Integer.MAX_VALUE);
            case LLAMA3 -> Llama3Split.end(text, start, limit, 3);
            case QWEN2 -> Llama3Split.end(text, start, limit, 1);
            case O200K -> O200kSplit.end(text, start, limit);
        };
    }

    private static int numbersApart(String text, int start, int limit, int most) {
        int first = text.codePointAt(start);
        if (CharClass.isNumber(first)) {
            return Gpt2Split.numbers(text, start, limit, most);
        }
        int end = Gpt2Split.end(text, start, limit);
        if (first == ' ' && start + 1 < limit && CharClass.isNumber(text.codePointAt(start + 1))) {
            return start + 1;
        }
        // Spaces before a digit are at the end of their text, so that they stay together.
        if (end < limit && CharClass.isSpace(text.codePointAt(end)) && CharClass.isSpace(text.codePointBefore(end))) {
            if (end + 1 < limit && CharClass.isNumber(text.codePointAt(end + 1))) {
                return end + 1;
            }
        }
        return end;
    }
}
