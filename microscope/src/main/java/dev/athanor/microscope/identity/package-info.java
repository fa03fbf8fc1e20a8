/** What must hold of every run, measured for the run at hand. */
@NullMarked
package dev.athanor.microscope.identity;

import org.jspecify.annotations.NullMarked;
