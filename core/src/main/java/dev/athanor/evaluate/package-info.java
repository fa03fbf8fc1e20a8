/** How well a model predicts a text: perplexity and bits per byte. */
@NullMarked
package dev.athanor.evaluate;

import org.jspecify.annotations.NullMarked;
