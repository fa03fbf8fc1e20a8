/** Many texts at once: one pass over the weights serves all that are being written. */
@NullMarked
package dev.athanor.generate.batch;

import org.jspecify.annotations.NullMarked;
