package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.Message;
import dev.athanor.chat.PlainFormat;
import dev.athanor.chat.Speaker;
import dev.athanor.generate.sample.SamplerSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;

/** A conversation in a terminal of pipes. */
final class TypedChat implements AutoCloseable {
    private static final long PATIENCE_MS = 30_000;

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PipedOutputStream keys = new PipedOutputStream();
    private final Terminal terminal;
    private final Assistant assistant;
    private final Talk talk;
    private final Thread thread;
    private int seen;

    TypedChat(Path model) {
        this(model, "dumb", Optional.empty());
    }

    TypedChat(Path model, String type) {
        this(model, type, Optional.empty());
    }

    TypedChat(Path model, String type, Optional<Path> history) {
        try {
            terminal = new ExternalTerminal(
                    "test", type, new PipedInputStream(keys, 1 << 16), screen, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        terminal.setSize(Size.of(200, 50));
        assistant = Assistant.open(model, 1);
        SamplerSettings settings = SamplerSettings.builder().temperature(0).build();
        talk = new Talk(assistant, new Conversation(), new ChatSettings(settings, 0, List.of()));
        ChatSession session = new ChatSession(talk, terminal, history, Map.of());
        thread = new Thread(() -> session.run(List.of("begun")), "typed-chat");
        thread.setDaemon(true);
        thread.start();
        awaits("begun");
    }

    Conversation conversation() {
        return talk.conversation();
    }

    List<String> asked() {
        return conversation().messages().stream()
                .filter(m -> m.speaker() == Speaker.USER)
                .map(Message::content)
                .toList();
    }

    /** The plain form of a conversation without a system text. */
    String introduced(String rest) {
        return PlainFormat.INTRODUCTION + "\n\n" + rest;
    }

    void types(String text) {
        try {
            keys.write(text.getBytes(StandardCharsets.UTF_8));
            keys.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String output() {
        return screen.toString(StandardCharsets.UTF_8);
    }

    /** Waits until {@code part} is shown, behind what was waited for before. */
    void awaits(String part) {
        long end = System.currentTimeMillis() + PATIENCE_MS;
        while (System.currentTimeMillis() < end) {
            int at = output().indexOf(part, seen);
            if (at >= 0) {
                seen = at + part.length();
                return;
            }
            pause();
        }
        fail("expected \"" + part + "\" on the screen, found:\n" + output());
    }

    /** Waits for the line that ends the n-th answer. */
    void awaitsAnswer(int n) {
        long end = System.currentTimeMillis() + PATIENCE_MS;
        while (System.currentTimeMillis() < end) {
            if (answers() >= n) {
                return;
            }
            pause();
        }
        fail("expected " + n + " answers, found " + answers() + ":\n" + output());
    }

    private int answers() {
        return (int) output().lines()
                .filter(line -> line.contains(" tokens of context") && !line.contains("forgotten"))
                .count();
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the session is over. */
    void ends() {
        try {
            thread.join(PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertFalse(thread.isAlive(), "the session goes on:\n" + output());
    }

    @Override
    public void close() {
        try {
            keys.close();
            thread.join(PATIENCE_MS);
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assistant.close();
    }
}
