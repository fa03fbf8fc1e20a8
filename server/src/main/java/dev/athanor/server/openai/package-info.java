/** The OpenAI-compatible server: chat, completions, embeddings, tokens, health and metrics. */
@NullMarked
package dev.athanor.server.openai;

import org.jspecify.annotations.NullMarked;
