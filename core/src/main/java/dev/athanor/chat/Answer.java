package dev.athanor.chat;

import java.util.List;

/**
 * A model's answer as it was meant.
 *
 * @param content what is said to the user
 * @param thinking what stood between the signs of thinking; empty where there were none
 * @param calls tools the answer asks for
 */
public record Answer(String content, String thinking, List<ToolCall> calls) {
    public Answer {
        calls = List.copyOf(calls);
    }
}
