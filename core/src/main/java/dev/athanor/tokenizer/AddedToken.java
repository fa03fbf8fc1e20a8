package dev.athanor.tokenizer;

/**
 * A token that is found in the text as a whole, before any cutting.
 *
 * @param id its id
 * @param content its text, not empty
 * @param singleWord only where no word character touches it
 * @param leftStrip takes the spaces before it
 * @param rightStrip takes the spaces after it
 * @param normalized looked for in the normalised text rather than in the text as it came
 * @param special a control token, such as the end of a document, rather than a piece of text
 */
public record AddedToken(
        int id,
        String content,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized,
        boolean special) {
    public AddedToken {
        if (content.isEmpty()) {
            throw new TokenizerFormatException("added token " + id + ": expected a name, found none");
        }
        if (content.codePoints().anyMatch(c -> c >= 0xD800 && c < 0xE000)) {
            throw new TokenizerFormatException("added token " + id
                    + ": expected Unicode, found half a surrogate pair in " + Fields.shown(content));
        }
    }

    /** A control token without further conditions. */
    public static AddedToken special(int id, String content) {
        return new AddedToken(id, content, false, false, false, false, true);
    }
}
