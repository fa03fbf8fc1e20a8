package dev.athanor.cli;

import dev.athanor.cli.Asking.Answered;
import dev.athanor.generate.batch.Usage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation without a terminal: every line is a message, none a command, so that no text from elsewhere can write
 * files.
 */
final class ChatPipe {
    private final Talk talk;
    private final boolean json;
    private final PrintStream out;

    /** @param json whether each answer is one JSON object */
    ChatPipe(Talk talk, boolean json, PrintStream out) {
        this.talk = talk;
        this.json = json;
        this.out = out;
    }

    /** Answers line by line until the input ends or nobody reads on. */
    void run(BufferedReader in) throws IOException {
        for (String line = in.readLine(); line != null && !out.checkError(); line = in.readLine()) {
            if (!line.isBlank()) {
                answer(line);
            }
        }
    }

    private void answer(String line) {
        Answered answered = talk.say(line, new Asking.View() {
            @Override
            public void said(String piece) {
                if (!json) {
                    out.print(Visible.text(piece));
                    out.flush();
                }
            }

            @Override
            public boolean open() {
                return !out.checkError();
            }
        });
        out.println(json ? object(answered).toString() : "");
        Endings.note(answered, talk).ifPresent(note -> System.err.println("athanor: " + note));
    }

    private ObjectNode object(Answered answered) {
        ObjectNode node = Json.object();
        node.put("content", answered.reply().answer().content());
        if (!answered.reply().answer().thinking().isEmpty()) {
            node.put("thinking", answered.reply().answer().thinking());
        }
        node.put("finish_reason", answered.reply().reason().code());
        Usage usage = answered.reply().usage();
        node.put("prompt_tokens", usage.promptTokens());
        node.put("completion_tokens", usage.completionTokens());
        node.put("context", talk.context());
        node.put("seed", talk.settings().sampling().seed());
        return node;
    }
}
