/** Views of one forward pass: what a person looks at, every number with the name it can be asked by again. */
@NullMarked
package dev.athanor.microscope.view;

import org.jspecify.annotations.NullMarked;
