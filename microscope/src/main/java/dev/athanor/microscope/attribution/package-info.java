/** Which words mattered for a decision, by methods that disagree, and how well each finds the truth. */
@NullMarked
package dev.athanor.microscope.attribution;

import org.jspecify.annotations.NullMarked;
