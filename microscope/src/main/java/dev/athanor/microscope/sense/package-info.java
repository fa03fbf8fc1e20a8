/** Words of two senses: where in the layers the senses part, and which other occurrences a word is like. */
@NullMarked
package dev.athanor.microscope.sense;

import org.jspecify.annotations.NullMarked;
