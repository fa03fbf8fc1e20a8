/** Explanations and predictions judged against the Tales, whose truth is known. */
@NullMarked
package dev.athanor.microscope.truth;

import org.jspecify.annotations.NullMarked;
