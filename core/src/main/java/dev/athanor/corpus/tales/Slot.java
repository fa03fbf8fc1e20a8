package dev.athanor.corpus.tales;

import java.util.List;
import java.util.SortedMap;

/**
 * A word whose true distribution is known.
 *
 * @param kind the row of slots.txt it was drawn from
 * @param word where it stands, without the space before it
 * @param truth every word that could stand here and its probability, given all the text before
 * @param evidence earlier words that decide the distribution
 */
public record Slot(String kind, Span word, SortedMap<String, Double> truth, List<Span> evidence) {}
