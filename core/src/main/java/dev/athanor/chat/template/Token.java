package dev.athanor.chat.template;

/**
 * A token of a template.
 *
 * @param text the name, the operator, the characters of a text, or the decoded characters of a string
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** What stands between tags. */
        TEXT,
        /** <code>{{</code> */
        OUTPUT_START,
        OUTPUT_END,
        /** <code>{%</code> */
        TAG_START,
        TAG_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    boolean operator(String wanted) {
        return is(Kind.OPERATOR, wanted);
    }

    boolean name(String wanted) {
        return is(Kind.NAME, wanted);
    }

    /** How errors call it. */
    String described() {
        return switch (kind) {
            case TEXT -> "text";
            case OUTPUT_START -> "'{{'";
            case OUTPUT_END -> "'}}'";
            case TAG_START -> "'{%'";
            case TAG_END -> "'%}'";
            case STRING -> "a string";
            case END -> "the end of the template";
            case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
        };
    }
}
