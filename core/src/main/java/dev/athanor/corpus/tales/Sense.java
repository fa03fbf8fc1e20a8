package dev.athanor.corpus.tales;

/**
 * A word of two meanings and the one it has here.
 *
 * @param word its dictionary form: {@code lie}, {@code king}, {@code ring}, {@code bank}, {@code light}, {@code bat},
 *     {@code still}
 * @param meaning {@code rest} or {@code deceive}, {@code crowned} or {@code chess}, …
 * @param at where its form stands
 */
public record Sense(String word, String meaning, Span at) {}
