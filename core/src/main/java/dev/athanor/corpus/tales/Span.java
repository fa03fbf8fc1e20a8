package dev.athanor.corpus.tales;

/** Characters {@code [start, end)} of a story's text. */
public record Span(int start, int end) {}
