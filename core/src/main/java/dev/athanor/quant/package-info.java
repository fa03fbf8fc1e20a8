/** The number formats of checkpoints, from F16 to ggml's quantised blocks: reading them as F32 and writing them. */
@NullMarked
package dev.athanor.quant;

import org.jspecify.annotations.NullMarked;
