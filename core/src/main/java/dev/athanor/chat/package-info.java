/** Conversations: messages, how a model wants to read them, and how its answers are read. */
@org.jspecify.annotations.NullMarked
package dev.athanor.chat;
