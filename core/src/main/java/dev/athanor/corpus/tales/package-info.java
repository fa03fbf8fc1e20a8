/** A seeded world of short stories whose next words have a known distribution. */
@NullMarked
package dev.athanor.corpus.tales;

import org.jspecify.annotations.NullMarked;
