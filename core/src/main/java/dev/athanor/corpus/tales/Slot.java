package dev.athanor.corpus.tales;

import java.util.List;
import java.util.SortedMap;

/**
 * A word whose true distribution is known.
 *
 * @param kind scene and name of the distribution it was drawn from: {@code rest.rested}
 * @param word where it stands, without the space before it
 * @param truth every word that could stand here and its probability, given all the text before; sums to one
 * @param evidence earlier words that decide the distribution, in text order
 */
public record Slot(String kind, Span word, SortedMap<String, Double> truth, List<Span> evidence) {}
