package dev.athanor.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.jline.terminal.Terminal;

/** What a conversation looks like in a terminal. Text of a model is made harmless here. */
final class ChatScreen implements Asking.View {
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintWriter out;
    private final boolean styled;
    private boolean thinking;
    private boolean midLine;

    /** @param environment where NO_COLOR turns styles off (no-color.org) */
    ChatScreen(Terminal terminal, Map<String, String> environment) {
        this.out = terminal.writer();
        this.styled = !terminal.getType().startsWith(Terminal.TYPE_DUMB)
                && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** A line of Athanor's own. */
    void line(String text) {
        freshLine();
        out.println(text);
        out.flush();
    }

    void lines(List<String> texts) {
        texts.forEach(this::line);
    }

    void dim(String text) {
        line(styled ? DIM + text + PLAIN : text);
    }

    @Override
    public void said(String piece) {
        if (thinking) {
            freshLine();
        }
        put(piece);
    }

    @Override
    public void thought(String piece) {
        if (!thinking && styled) {
            out.print(DIM);
        }
        thinking = true;
        put(piece);
    }

    private void put(String piece) {
        if (piece.isEmpty()) {
            return;
        }
        out.print(Visible.text(piece));
        out.flush();
        midLine = !piece.endsWith("\n");
    }

    /** Ends what is being written. */
    void freshLine() {
        if (thinking && styled) {
            out.print(PLAIN);
        }
        thinking = false;
        if (midLine) {
            out.println();
            midLine = false;
        }
        out.flush();
    }
}
