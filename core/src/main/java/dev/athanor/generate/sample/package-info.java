/** The samplers of llama.cpp: from logits to the next token, each step in the order that a request names. */
@NullMarked
package dev.athanor.generate.sample;

import org.jspecify.annotations.NullMarked;
