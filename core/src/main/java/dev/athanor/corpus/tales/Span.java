package dev.athanor.corpus.tales;

/** Characters {@code [start, end)} of a story's text. */
public record Span(int start, int end) {
    /** The characters themselves. */
    public String of(String text) {
        return text.substring(start, end);
    }
}
