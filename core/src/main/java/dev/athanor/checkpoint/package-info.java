/** Models on disk: Hugging Face directories, safetensors, and the state of a training run. */
@NullMarked
package dev.athanor.checkpoint;

import org.jspecify.annotations.NullMarked;
