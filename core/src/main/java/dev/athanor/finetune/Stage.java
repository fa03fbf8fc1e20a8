package dev.athanor.finetune;

import java.util.List;

/**
 * What is learned once, in this order, before everything else is learned in any order.
 *
 * @param conversations in the order they are learned
 * @param rows of a step; 0 for as many as the user asks for
 */
record Stage(List<Conversation> conversations, int rows) {
    Stage {
        conversations = List.copyOf(conversations);
    }
}
