package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.NextTokens;
import dev.athanor.train.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people read: progress, tables, sentences. */
class RenderingTest {
    private static Progress progress(long step, double validation, double tokens, double seconds, double left) {
        return new Progress(step, 0.5, 1.5, 1.4378, validation, 1e-3, 1, tokens, 135e9, seconds, left, false);
    }

    @Test
    void progressIsOneLineThatFitsATerminal() {
        assertEquals(
                "step 257  loss 1.438  val 1.407  5,990 tokens/s  27 % of peak  45 s, 24 s left",
                ProgressLine.of(progress(257, 1.407, 5990, 45, 24), 500e9));
        assertEquals(
                "step 1  loss 1.438  5,990 tokens/s  1 s",
                ProgressLine.of(progress(1, Double.NaN, 5990, 1, Double.NaN), 0));
        String longest = ProgressLine.of(progress(123_456_789, 1.407, 12_345_678, 360_000, 360_000), 500e9);
        assertTrue(longest.length() <= 79, longest);
    }

    @Test
    void durationsAreShort() {
        assertEquals("99 s", ProgressLine.duration(99));
        assertEquals("2 min", ProgressLine.duration(100));
        assertEquals("1.7 h", ProgressLine.duration(6000));
    }

    @Test
    void barsAreAsLongAsProbabilities() {
        assertEquals("█".repeat(36), Bars.bar(1));
        assertEquals("█".repeat(18), Bars.bar(0.5));
        assertEquals("", Bars.bar(0));
        assertEquals("▏", Bars.bar(1 / 8.0 / 36));
    }

    @Test
    void tablesShowTokensAsTheyAreAndTheWordsTheyGrowTo() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<NextTokens> rows =
                List.of(new NextTokens(1, " tired", 0.5), new NextTokens(2, " ex", 0.25), new NextTokens(3, "\n", 0));
        Bars.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), rows, List.of(" tired", " exhausted", "\n"));
        assertEquals(
                List.of(
                        "  ␣tired                    50.00 %  ██████████████████",
                        "  ␣ex → exhausted           25.00 %  █████████", "  \\n                         0.00 %"),
                bytes.toString(StandardCharsets.UTF_8).lines().toList());
    }

    @Test
    void noControlCharacterReachesTheTerminal() {
        assertEquals("a / b\uFFFD[31m", Visible.line("a\nb\u001b[31m"));
        assertEquals("\\u001b[2J␣é🙂", Visible.token("\u001b[2J é🙂"));
    }

    @Test
    void pathsCanBePastedIntoAShell() {
        assertEquals("runs/tales", Shell.quote("runs/tales"));
        assertEquals("'my runs/a'\\''b $x'", Shell.quote("my runs/a'b $x"));
        assertEquals("''", Shell.quote(""));
    }

    @Test
    void argumentsThatLostTheirCharactersAreRefused() {
        String[] lost = {"next", "--prompt", "\uFFFD\uFFFD"};
        String sentence = Arguments.garbled(lost, "ANSI_X3.4-1968").orElse("");
        assertTrue(sentence.contains("ANSI_X3.4-1968") && sentence.contains("LC_ALL=C.UTF-8"), sentence);
        assertEquals(Optional.empty(), Arguments.garbled(lost, "UTF-8"), "typed as they are");
        assertEquals(Optional.empty(), Arguments.garbled(new String[] {"next"}, "ANSI_X3.4-1968"));
    }

    @Test
    void failuresBecomeSentences() {
        assertEquals(
                "x: expected a file or folder, found none",
                Failures.sentence(new UncheckedIOException(new NoSuchFileException("x"))));
        assertEquals(
                "y: expected permission to read or write it, found none",
                Failures.sentence(new AccessDeniedException("y")));
        assertEquals(
                "written by us", Failures.sentence(new UncheckedIOException("written by us", new IOException("why"))));
        assertTrue(Failures.sentence(new OutOfMemoryError("Java heap space"))
                .startsWith("expected the work to fit into the Java heap of"));
        assertTrue(Failures.sentence(new ArithmeticException("integer overflow"))
                .startsWith("expected sizes that fit into Java arrays"));
        assertEquals(
                "IllegalStateException (run again with --debug to see where)",
                Failures.sentence(new IllegalStateException()));
    }

    @Test
    void linesAreRewrittenOnTerminalsOnly() {
        assertTrue(Terminal.isTerminal("/dev/pts/3"));
        assertFalse(Terminal.isTerminal("pipe:[123]"));
        assertFalse(Terminal.isTerminal("/dev/null"));
    }

    @Test
    void numbersThatAreNotFiniteAreNullInJson() {
        var node = Json.object();
        Json.put(node, "a", Double.NaN);
        Json.put(node, "b", 0.1 + 0.2);
        assertEquals("{\"a\":null,\"b\":0.30000000000000004}", node.toString());
    }
}
