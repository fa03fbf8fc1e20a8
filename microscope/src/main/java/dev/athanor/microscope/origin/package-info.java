/** Where a number comes from: asked for again by its name, with the formula and the numbers that went into it. */
@NullMarked
package dev.athanor.microscope.origin;

import org.jspecify.annotations.NullMarked;
