package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Where the server's key comes from. */
class ApiKeyTest {
    private static final Map<String, String> VARIABLE = Map.of("ATHANOR_API_KEY", "from-the-environment");

    @TempDir
    private Path folder = Path.of("");

    private static Optional<String> key(Map<String, String> environment, String... options) {
        List<String> words = new ArrayList<>(List.of("serve", "--model", "m"));
        words.addAll(List.of(options));
        ParseResult parsed = new CommandLine(new Main(environment)).parseArgs(words.toArray(new String[0]));
        return parsed.subcommand().commandSpec().mixins().values().stream()
                .map(mixin -> mixin.userObject())
                .filter(ApiKeyOption.class::isInstance)
                .map(ApiKeyOption.class::cast)
                .toList()
                .getFirst()
                .key();
    }

    private Path file(String content) throws IOException {
        return Files.write(folder.resolve("a key"), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void anOptionWinsOverTheEnvironment() throws IOException {
        String file = file("from-a-file\nand more\n").toString();
        assertEquals(Optional.empty(), key(Map.of()));
        assertEquals(Optional.empty(), key(Map.of("ATHANOR_API_KEY", "")));
        assertEquals(Optional.of("from-the-environment"), key(VARIABLE));
        assertEquals(Optional.of("typed"), key(VARIABLE, "--api-key", "typed"));
        assertEquals(Optional.of("from-a-file"), key(VARIABLE, "--api-key-file", file));
        assertEquals(Optional.of("from-a-file"), key(Map.of(), "--api-key-file", file));
    }

    @Test
    void aKeyThatCouldNotBeMeantIsRefusedWithoutShowingIt() throws IOException {
        refused(
                "expected one of --api-key and --api-key-file, found both",
                "--api-key",
                "k",
                "--api-key-file",
                file("k").toString());
        String file = file("").toString();
        refused("found an empty one", "--api-key-file", file);
        refused("found an empty one", "--api-key", "");
        refused("found other characters in it", "--api-key", "open sesame");
        refused("found nothing there", "--api-key-file", file + " not here");
        refused("found something that is no file", "--api-key-file", folder.toString());
        file("\u00E9\u00FF");
        refused("found bytes that are no UTF-8", "--api-key-file", file);
        Outcome variable = Outcome.of(Map.of("ATHANOR_API_KEY", "open sesame"), "serve", "--model", "m");
        variable.assertFailure(2, "ATHANOR_API_KEY: expected a key");
        assertFalse(variable.err().contains("sesame"), variable.err());
    }

    private static void refused(String sentence, String... options) {
        List<String> words = new ArrayList<>(List.of("serve", "--model", "m"));
        words.addAll(List.of(options));
        Outcome outcome = Outcome.of(Map.of(), words.toArray(new String[0]));
        outcome.assertFailure(2, sentence);
        assertFalse(outcome.err().contains("sesame"), outcome.err());
    }
}
