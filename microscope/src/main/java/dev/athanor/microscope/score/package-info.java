/** What heads do, measured on texts made for it. */
@NullMarked
package dev.athanor.microscope.score;

import org.jspecify.annotations.NullMarked;
