package dev.athanor.corpus;

/**
 * A piece of text to train on.
 *
 * @param name where it came from
 */
public record Document(String name, String text) {}
