package dev.athanor.cli;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was said so far. */
final class Conversation {
    private final List<Message> messages = new ArrayList<>();

    List<Message> messages() {
        return List.copyOf(messages);
    }

    /** The conversation without its {@code n} oldest questions and what followed each; the system text stays. */
    List<Message> without(int n) {
        int from = system().isPresent() ? 1 : 0;
        int to = from;
        int left = n + 1;
        while (to < messages.size()) {
            if (messages.get(to).speaker() == Speaker.USER && --left == 0) {
                break;
            }
            to++;
        }
        List<Message> rest = new ArrayList<>(messages.subList(0, from));
        rest.addAll(messages.subList(to, messages.size()));
        return rest;
    }

    void set(List<Message> all) {
        List<Message> copy = List.copyOf(all);
        messages.clear();
        messages.addAll(copy);
    }

    void add(Message message) {
        messages.add(message);
    }

    int questions() {
        return (int) messages.stream().filter(m -> m.speaker() == Speaker.USER).count();
    }

    /** Text of the system message that begins the conversation. */
    Optional<String> system() {
        return messages.isEmpty() || messages.getFirst().speaker() != Speaker.SYSTEM
                ? Optional.empty()
                : Optional.of(messages.getFirst().content());
    }

    /** @param text empty for no system message */
    void system(String text) {
        if (system().isPresent()) {
            messages.removeFirst();
        }
        if (!text.isEmpty()) {
            messages.addFirst(Message.system(text));
        }
    }

    /** Forgets all but the system text. */
    void clear() {
        set(system().isPresent() ? List.of(messages.getFirst()) : List.of());
    }
}
