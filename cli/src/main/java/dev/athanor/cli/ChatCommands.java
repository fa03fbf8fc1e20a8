package dev.athanor.cli;

import dev.athanor.chat.Message;
import dev.athanor.cli.Asking.Answered;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** What a line that begins with / does in a conversation. */
final class ChatCommands {
    static final List<String> NAMES = List.of(
            "/help", "/system", "/save", "/save!", "/load", "/retry", "/why", "/forget", "/clear", "/tokens", "/set",
            "/quit");

    static final List<String> HELP = List.of(
            "/system [TEXT]    show or change the system text; /system - takes it away",
            "/retry            ask the last question again, with the next seed",
            "/why [N]          what could have been said instead of the last word, or of the N-th last token",
            "/tokens           tokens of every message",
            "/forget [N]       forget the oldest question and its answer, or the N oldest",
            "/clear            forget everything but the system text",
            "/save FILE        write the conversation as JSON; /save! replaces a file",
            "/load FILE        go on with the conversation in a file",
            "/set [NAME VALUE] show or change how answers are drawn: temperature, top_p, seed and others",
            "/quit             leave, as Ctrl-D does",
            "A line that ends in \\ goes on in the next; so does everything between two lines of \"\"\".",
            "// at the beginning of a message stands for one /. Ctrl-C stops an answer.");

    private final Talk talk;
    private final ChatScreen screen;
    private final Runnable retry;

    /** @param retry asks the last question again and shows the answer */
    ChatCommands(Talk talk, ChatScreen screen, Runnable retry) {
        this.talk = talk;
        this.screen = screen;
        this.retry = retry;
    }

    /**
     * Does what {@code line} says.
     *
     * @return whether the conversation goes on
     * @throws RuntimeException when it cannot be done, in one sentence
     */
    boolean run(String line) {
        String[] words = line.strip().split("\\s+", 2);
        String name = words[0].toLowerCase(Locale.ROOT);
        String rest = words.length > 1 ? words[1] : "";
        switch (name) {
            case "/help" -> screen.lines(HELP);
            case "/system" -> system(rest);
            case "/save" -> save(name, rest, false);
            case "/save!" -> save(name, rest, true);
            case "/load" -> load(rest);
            case "/retry" -> retry.run();
            case "/why" -> why(rest);
            case "/forget" -> forget(rest);
            case "/clear" -> {
                talk.conversation().clear();
                talk.forgetLast();
                screen.dim("Everything is forgotten"
                        + (talk.conversation().system().isPresent() ? " but the system text." : "."));
            }
            case "/tokens" -> tokens();
            case "/set" -> set(rest);
            case "/quit", "/exit" -> {
                return false;
            }
            default ->
                throw new IllegalArgumentException("expected a command that /help names, found "
                        + Visible.line(words[0]) + Nearest.hint(name, NAMES));
        }
        return true;
    }

    private void system(String text) {
        if (text.isEmpty()) {
            screen.line(talk.conversation().system().map(Visible::text).orElse("There is no system text."));
            return;
        }
        talk.conversation().system(text.equals("-") ? "" : text);
        screen.dim(
                text.equals("-") ? "There is no system text now." : "The system text holds from the next answer on.");
    }

    private static Path file(String name, String rest) {
        if (rest.isBlank()) {
            throw new IllegalArgumentException(name + ": expected the name of a file, found none");
        }
        return Path.of(rest.strip());
    }

    private void save(String name, String rest, boolean over) {
        Path file = file(name, rest);
        List<Message> messages = talk.conversation().messages();
        ConversationFile.save(file, messages, over);
        screen.dim(count(messages.size(), "message") + " written to " + file);
    }

    private void load(String rest) {
        Path file = file("/load", rest);
        talk.conversation().set(ConversationFile.load(file));
        talk.forgetLast();
        screen.dim(count(talk.conversation().messages().size(), "message") + " read from " + file + "; " + taken(talk));
    }

    private void why(String rest) {
        Answered answered = talk.last()
                .orElseThrow(() ->
                        new IllegalArgumentException("/why: expected an answer of this conversation, found none yet"));
        var tokenizer = talk.assistant().tokenizer();
        int said = Why.said(tokenizer, answered);
        if (said == 0) {
            throw new IllegalArgumentException("/why: expected an answer with a word, found an empty one");
        }
        int at = rest.isEmpty() ? Why.lastWord(tokenizer, answered) : said - number("/why", rest, said);
        screen.lines(Why.of(talk.assistant(), answered, at).lines());
    }

    private void forget(String rest) {
        int questions = talk.conversation().questions();
        if (questions == 0) {
            throw new IllegalArgumentException("/forget: expected a question that was asked, found none");
        }
        int n = rest.isEmpty() ? 1 : number("/forget", rest, questions);
        talk.conversation().set(talk.conversation().without(n));
        screen.dim(count(n, "question") + " forgotten; " + taken(talk));
    }

    private static int number(String name, String text, int most) {
        int n;
        try {
            n = Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": expected a whole number, found " + Visible.line(text), e);
        }
        if (n < 1 || n > most) {
            throw new IllegalArgumentException(name + ": expected between 1 and " + most + ", found " + n);
        }
        return n;
    }

    private void tokens() {
        List<Message> messages = talk.conversation().messages();
        int texts = 0;
        List<String> lines = new ArrayList<>();
        for (Message message : messages) {
            int tokens = talk.assistant().tokenizer().encode(message.content()).length;
            texts += tokens;
            lines.add(row(tokens, message.speaker().word(), message.content()));
        }
        int form = talk.taken().orElse(texts) - texts;
        if (form > 0) {
            lines.add(row(form, "form", "what the chat format writes around the messages"));
        }
        lines.add(taken(talk));
        screen.lines(lines);
    }

    private static String row(int tokens, String who, String text) {
        String line = Visible.line(text);
        int shown = Math.min(line.codePointCount(0, line.length()), 60);
        String cut = line.substring(0, line.offsetByCodePoints(0, shown));
        return String.format(Locale.ROOT, "%7d  %-10s %s", tokens, who, cut.equals(line) ? line : cut + "…");
    }

    private void set(String rest) {
        String[] words = rest.strip().split("[\\s=]+", 2);
        if (words.length == 2) {
            talk.settings(talk.settings().with(words[0], words[1].strip()));
        } else if (!words[0].isEmpty()) {
            throw new IllegalArgumentException(
                    "/set: expected a name and a value, found only " + Visible.line(words[0]));
        }
        screen.dim(talk.settings().line());
    }

    static String taken(Talk talk) {
        OptionalInt taken = talk.taken();
        return (taken.isPresent() ? taken.getAsInt() + " of " : "a question is needed to count the ") + talk.context()
                + " tokens of context";
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
