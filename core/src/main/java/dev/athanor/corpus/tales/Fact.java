package dev.athanor.corpus.tales;

/** A question that the story answers, with its one answer: {@code Where does Sarah lie?}, {@code On the bed.} */
public record Fact(String question, String answer) {}
