package dev.athanor.chat.template;

import java.util.List;

/**
 * A rendered conversation.
 *
 * @param text the whole text
 * @param spans where its parts came from, in order, without gaps, covering the text; empty for an empty text
 */
public record Rendered(String text, List<Span> spans) {
    public Rendered {
        spans = List.copyOf(spans);
    }

    /** Who wrote a character. */
    public enum Origin {
        /** The template, or a value the caller trusts: special tokens in it are meant. */
        TEMPLATE,
        /** The conversation: what looks like a special token in it is only text. */
        DATA
    }

    /**
     * @param start index of the first UTF-16 character
     * @param end index behind the last one
     * @param generation whether the characters lie inside {@code {% generation %}}, which marks what the model said
     */
    public record Span(int start, int end, Origin origin, boolean generation) {}
}
