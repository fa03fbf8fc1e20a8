package dev.athanor.corpus;

/**
 * The least mean loss that any model can reach on a source whose distribution is known.
 *
 * @param nats per predicted token
 * @param formula how it follows from the source, for people
 */
public record LossFloor(double nats, String formula) {}
