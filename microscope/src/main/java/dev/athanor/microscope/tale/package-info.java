/** The narrator: a run as the story of potions, tags and recipes, in sentences over measured numbers. */
@NullMarked
package dev.athanor.microscope.tale;

import org.jspecify.annotations.NullMarked;
