/** A model watched while it learns: what is recorded, when, and what came of it. */
@NullMarked
package dev.athanor.microscope.watch;

import org.jspecify.annotations.NullMarked;
