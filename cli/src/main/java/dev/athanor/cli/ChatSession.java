package dev.athanor.cli;

import dev.athanor.cli.Asking.Answered;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/** A conversation in a terminal. */
final class ChatSession {
    private static final String PROMPT = "> ";
    private static final String MORE = "… ";
    private static final String QUOTES = "\"\"\"";

    private final Talk talk;
    private final Terminal terminal;
    private final ChatScreen screen;
    private final LineReader reader;
    private final ChatCommands commands;

    /** @param history file that keeps what was typed; empty for this session's memory only */
    ChatSession(Talk talk, Terminal terminal, Optional<Path> history, Map<String, String> environment) {
        this.talk = talk;
        this.terminal = terminal;
        this.screen = new ChatScreen(terminal, environment);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .completer(completer())
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true); // a message may hold !
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        this.reader = builder.build();
        this.commands = new ChatCommands(talk, screen, this::retry);
    }

    private static Completer completer() {
        return (reader, line, candidates) -> {
            if (line.line().startsWith("/") && line.wordIndex() == 0) {
                ChatCommands.NAMES.forEach(name -> candidates.add(new Candidate(name)));
            }
        };
    }

    /** Talks until the person leaves. */
    void run(List<String> greeting) {
        greeting.forEach(screen::dim);
        // Between two answers the terminal's own answer to Ctrl-C would end the program.
        Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, signal -> talk.interrupt());
        try {
            boolean on = true;
            while (on) {
                on = turn();
            }
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
        }
    }

    private boolean turn() {
        String text;
        try {
            text = message();
        } catch (UserInterruptException e) {
            if (String.valueOf(e.getPartialLine()).isBlank()) {
                screen.dim("Ctrl-D or /quit leaves.");
            }
            return true;
        } catch (EndOfFileException e) {
            return false;
        }
        talk.listen();
        try {
            return take(text);
        } catch (RuntimeException e) {
            screen.line("athanor: " + Failures.sentence(e));
            return true;
        }
    }

    private boolean take(String text) {
        if (text.isBlank()) {
            return true;
        }
        // What is pasted has several lines and is no command.
        if (text.startsWith("/") && !text.startsWith("//") && text.indexOf('\n') < 0) {
            return commands.run(text);
        }
        String said = text.startsWith("//") ? text.substring(1) : text;
        Optional<String> tooLong = talk.tooLong(talk.with(said));
        if (tooLong.isPresent()) {
            screen.line(tooLong.get());
        } else {
            show(() -> talk.say(said, screen));
        }
        return true;
    }

    private void retry() {
        Optional<String> tooLong = talk.tooLong(talk.question());
        if (tooLong.isPresent()) {
            screen.line(tooLong.get());
            return;
        }
        show(() -> talk.retry(screen));
    }

    private void show(Supplier<Answered> asked) {
        boolean echo = terminal.echo(false); // what is typed meanwhile is read afterwards, not shown inside the answer
        try {
            Answered answered = asked.get();
            screen.freshLine();
            String note = Endings.note(answered, talk).map(n -> "; " + n).orElse("");
            screen.dim(ChatCommands.taken(talk) + note);
        } finally {
            screen.freshLine();
            terminal.echo(echo);
        }
    }

    /** One message: a line, lines that end in \, or lines between two lines of """. */
    private String message() {
        String line = reader.readLine(PROMPT);
        if (line.strip().equals(QUOTES)) {
            return quoted();
        }
        StringBuilder message = new StringBuilder();
        while (line.endsWith("\\")) {
            message.append(line, 0, line.length() - 1).append('\n');
            line = reader.readLine(MORE);
        }
        return message.append(line).toString();
    }

    private String quoted() {
        StringBuilder message = new StringBuilder();
        String line = reader.readLine(MORE);
        while (!line.strip().equals(QUOTES)) {
            message.append(message.isEmpty() ? "" : "\n").append(line);
            line = reader.readLine(MORE);
        }
        return message.toString();
    }
}
