/** GGUF, the single-file format of ggml and llama.cpp: reading, writing, and the way to and from Hugging Face. */
@NullMarked
package dev.athanor.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
