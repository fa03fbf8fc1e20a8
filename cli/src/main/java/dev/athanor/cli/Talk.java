package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.ToolChoice;
import dev.athanor.cli.Asking.Answered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A conversation with a model: what was said, how it goes on, and whether it fits. */
final class Talk {
    private final Assistant assistant;
    private final Conversation conversation;
    private final Asking asking;
    private ChatSettings settings;
    private Optional<Answered> last = Optional.empty();

    Talk(Assistant assistant, Conversation conversation, ChatSettings settings) {
        this.assistant = assistant;
        this.conversation = conversation;
        this.settings = settings;
        this.asking = new Asking(assistant);
    }

    Assistant assistant() {
        return assistant;
    }

    Conversation conversation() {
        return conversation;
    }

    ChatSettings settings() {
        return settings;
    }

    void settings(ChatSettings changed) {
        settings = changed;
    }

    /** The last answer that was written here. */
    Optional<Answered> last() {
        return last;
    }

    void forgetLast() {
        last = Optional.empty();
    }

    /** From now on {@link #interrupt} means the answer to what comes next. */
    void listen() {
        asking.listen();
    }

    /** Ends the answer being written. From any thread. */
    void interrupt() {
        asking.interrupt();
    }

    int context() {
        return assistant.config().contextLength();
    }

    /** Tokens a conversation takes when it asks for an answer. */
    int tokens(List<Message> messages) {
        return messages.isEmpty() ? 0 : assistant.tokens(messages, List.of()).length;
    }

    /** Tokens of context that the conversation takes as it stands; empty where its format cannot say it so. */
    OptionalInt taken() {
        List<Message> messages = conversation.messages();
        if (messages.isEmpty()) {
            return OptionalInt.of(0);
        }
        try {
            return OptionalInt.of(assistant.format().encode(messages, List.of(), false).length);
        } catch (IllegalArgumentException e) {
            return OptionalInt.empty(); // many templates refuse a system text without a question
        }
    }

    List<Message> with(String text) {
        List<Message> all = new ArrayList<>(conversation.messages());
        all.add(Message.user(text));
        return all;
    }

    /** What to do about a conversation that does not fit, with both numbers; empty where it does. */
    Optional<String> tooLong(List<Message> messages) {
        int tokens = tokens(messages);
        if (tokens < context()) {
            return Optional.empty();
        }
        String found = "The conversation would take " + tokens + " tokens; the context holds " + context()
                + " with room for an answer. Nothing was asked; ";
        Conversation shorter = new Conversation();
        shorter.set(messages);
        int questions = shorter.questions();
        for (int n = 1; n < questions; n++) {
            if (tokens(shorter.without(n)) < context()) {
                return Optional.of(found + "/forget " + n + " makes room, /clear forgets everything.");
            }
        }
        return Optional.of(found
                + (questions > 1
                        ? "this message is too long even after /clear: shorten it."
                        : "shorten the message" + (shorter.system().isPresent() ? " or the /system text." : ".")));
    }

    /**
     * Asks and adds question and answer; neither where nothing was said.
     *
     * @throws RuntimeException as {@link Assistant#ask(ChatRequest)}
     */
    Answered say(String text, Asking.View view) {
        return answer(with(text), view);
    }

    /**
     * Asks the last question once more, with the next seed; the answer before stays where nothing is said.
     *
     * @throws IllegalArgumentException when there is no question
     */
    Answered retry(Asking.View view) {
        List<Message> asked = question();
        settings = settings.withNextSeed();
        return answer(asked, view);
    }

    /** The conversation up to its last question. */
    List<Message> question() {
        List<Message> messages = conversation.messages();
        int end = messages.size();
        while (end > 0 && messages.get(end - 1).speaker() == Speaker.ASSISTANT) {
            end--;
        }
        if (end == 0 || messages.get(end - 1).speaker() == Speaker.SYSTEM) {
            throw new IllegalArgumentException("/retry: expected a question that was asked, found none");
        }
        return messages.subList(0, end);
    }

    private Answered answer(List<Message> asked, Asking.View view) {
        Answered answered = asking.ask(request(asked), view);
        String content = answered.reply().answer().content();
        last = Optional.of(answered);
        if (!content.isEmpty()) {
            List<Message> all = new ArrayList<>(asked);
            all.add(Message.assistant(content));
            conversation.set(all);
        }
        return answered;
    }

    private ChatRequest request(List<Message> messages) {
        return new ChatRequest(
                messages,
                List.of(),
                ToolChoice.AUTO,
                Optional.empty(),
                settings.maxTokens(),
                settings.sampling(),
                settings.stop());
    }
}
