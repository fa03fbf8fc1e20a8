package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What one command did when run in this process. */
record Outcome(int code, String out, String err) {
    private static final JsonMapper MAPPER = new JsonMapper();

    static Outcome of(String... arguments) {
        return of(System.getenv(), arguments);
    }

    /** @param environment variables as the command sees them */
    static Outcome of(Map<String, String> environment, String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream capturedOut = new ByteArrayOutputStream();
        ByteArrayOutputStream capturedErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(capturedOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(capturedErr, true, StandardCharsets.UTF_8));
            int code = Main.execute(environment, arguments);
            return new Outcome(
                    code, capturedOut.toString(StandardCharsets.UTF_8), capturedErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** @param input standard input */
    static Outcome fed(String input, String... arguments) {
        InputStream in = System.in;
        try {
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            return of(arguments);
        } finally {
            System.setIn(in);
        }
    }

    JsonNode json() {
        return MAPPER.readTree(out);
    }

    /**
     * Failed with {@code code}, one sentence that contains {@code part}, nothing on standard output and no stack trace.
     */
    void assertFailure(int code, String part) {
        assertEquals(code, this.code, err);
        assertTrue(err.contains(part), "expected \"" + part + "\" in: " + err);
        assertEquals(1, err.lines().filter(line -> line.startsWith("athanor: ")).count(), "sentences in: " + err);
        assertFalse(err.contains("\tat ") || err.contains("Exception"), err);
        assertEquals("", out, "a failure prints no result");
    }
}
