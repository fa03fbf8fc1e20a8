/** Tensors: a shape, an element type and the memory behind them. Uses nothing else of Athanor. */
@NullMarked
package dev.athanor.tensor;

import org.jspecify.annotations.NullMarked;
