/** Text to token ids and back. Uses nothing else of Athanor. */
@NullMarked
package dev.athanor.tokenizer;

import org.jspecify.annotations.NullMarked;
