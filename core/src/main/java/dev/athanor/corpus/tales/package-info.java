/**
 * Short stories drawn from a seed, with known facts, known word senses and places where the true distribution of the
 * next word is known.
 */
@NullMarked
package dev.athanor.corpus.tales;

import org.jspecify.annotations.NullMarked;
