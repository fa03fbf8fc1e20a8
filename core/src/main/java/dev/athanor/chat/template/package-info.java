/**
 * Chat templates: the part of the Jinja language that checkpoints write their conversation formats in, evaluated
 * without reflection and within a budget, and telling which characters of the result came from the conversation itself.
 */
@NullMarked
package dev.athanor.chat.template;

import org.jspecify.annotations.NullMarked;
