/**
 * Athanor's models for LangChain4j: {@link dev.athanor.langchain4j.AthanorChatModel},
 * {@link dev.athanor.langchain4j.AthanorStreamingChatModel} and {@link dev.athanor.langchain4j.AthanorEmbeddingModel},
 * in the JVM that asks, without a server. Every parameter of a request is honoured or refused by name;
 * {@code docs/java.md} shows how to begin.
 */
@NullMarked
package dev.athanor.langchain4j;

import org.jspecify.annotations.NullMarked;
