/** Fetching checkpoints from a Hugging Face hub into the cache that Python uses too. */
@NullMarked
package dev.athanor.hub;

import org.jspecify.annotations.NullMarked;
