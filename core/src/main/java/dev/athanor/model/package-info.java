/** The transformer as data: configuration, tensor names, parameters, and the one forward pass. */
@NullMarked
package dev.athanor.model;

import org.jspecify.annotations.NullMarked;
