/** Two runs, or two models, side by side. */
@NullMarked
package dev.athanor.microscope.compare;

import org.jspecify.annotations.NullMarked;
