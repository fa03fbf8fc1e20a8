/**
 * Athanor's models for Spring AI: {@link dev.athanor.springai.AthanorChatModel} and
 * {@link dev.athanor.springai.AthanorEmbeddingModel}, in the JVM that asks, and the beans that
 * {@link dev.athanor.springai.AthanorAutoConfiguration} makes of them from {@code athanor.*} properties. Every option
 * of a prompt is honoured or refused by name; {@code docs/java.md} shows how to begin.
 */
@NullMarked
package dev.athanor.springai;

import org.jspecify.annotations.NullMarked;
