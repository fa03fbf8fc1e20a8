/** Teaching a model from conversations: reading them, learning from them and measuring what was learned. */
@org.jspecify.annotations.NullMarked
package dev.athanor.finetune;
