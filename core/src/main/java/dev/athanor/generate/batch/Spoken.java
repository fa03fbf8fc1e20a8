package dev.athanor.generate.batch;

import java.util.Optional;

/**
 * One new token.
 *
 * @param piece text that became certain with it: whole characters that cannot begin a stop text; may be empty
 * @param score its log-probability, where asked for
 */
public record Spoken(int id, String piece, Optional<Scored> score) {}
