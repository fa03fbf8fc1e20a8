package dev.athanor.server.openai;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs, even those for developers, and both outputs while people ask, rightly and wrongly. */
class NothingLoggedTest {
    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    private Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init") // set before each test
    private Bed bed;

    @BeforeEach
    void open() {
        bed = new Bed(Bed.model(directory), ServeOptions.LOCAL);
    }

    @AfterEach
    void close() {
        bed.close();
    }

    @Test
    void whatPeopleAskIsNeverLogged() throws IOException {
        String canary = "zanzibarquux";
        List<String> logged = new ArrayList<>();
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                synchronized (logged) {
                    logged.add(entry.getMessage() + Arrays.toString(entry.getParameters()) + entry.getThrown());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        root.addHandler(listener);
        root.setLevel(Level.FINE);
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            bed.ask(COMPLETIONS, "{'prompt':'" + canary + "','max_tokens':3}");
            bed.ask(CHAT, "{'messages':[{'role':'user','content':'" + canary + "'}],'max_tokens':3,'stream':true}");
            bed.post(COMPLETIONS, "{\"prompt\":\"" + canary + "\",\"n\":-1}");
            bed.post(COMPLETIONS, "{\"" + canary + "\":1}");
            bed.post(CHAT, "{\"messages\":[{\"role\":\"" + canary + "\"}]}");
            bed.get("/" + canary);
            try (Wire wire = new Wire(bed.serving.port())) {
                wire.say(Wire.post(COMPLETIONS, 400) + "{\"prompt\":\"" + canary);
            }
        } finally {
            System.setOut(out);
            System.setErr(err);
            root.setLevel(before);
            root.removeHandler(listener);
        }
        synchronized (logged) {
            assertFalse(logged.toString().contains(canary), logged.toString());
        }
        String text = said.toString(StandardCharsets.UTF_8);
        assertFalse(text.contains(canary), text);
    }
}
