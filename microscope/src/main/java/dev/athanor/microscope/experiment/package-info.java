/**
 * Changes of a forward pass, and what they do: ablations, swaps, patches, steering, and the effects measured side by
 * side.
 */
@NullMarked
package dev.athanor.microscope.experiment;

import org.jspecify.annotations.NullMarked;
