/** Writing several tokens with one pass over the weights: something cheap guesses them, the model checks them. */
@NullMarked
package dev.athanor.generate.speculate;

import org.jspecify.annotations.NullMarked;
