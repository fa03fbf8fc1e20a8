package dev.athanor.corpus.tales;

import java.util.Optional;

/**
 * One thing that happens to one person.
 *
 * @param kind the scene file's name for it: {@code rest}, {@code lie}, {@code chess}, …
 * @param hero whom it happens to
 * @param reason the clause behind "because", where the text gives one: {@code she worked in the garden all day}
 * @param feeling the word that says how the hero feels, where the text has one
 */
public record Episode(String kind, Person hero, Optional<String> reason, Optional<String> feeling) {}
