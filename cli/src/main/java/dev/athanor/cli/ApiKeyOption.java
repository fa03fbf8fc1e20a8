package dev.athanor.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The key that requests must carry: an option, a file, or a variable of the environment. */
final class ApiKeyOption {
    static final String VARIABLE = "ATHANOR_API_KEY";

    /** A header must hold it. */
    private static final int MOST_CHARACTERS = 4096;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description =
                    "What requests must carry as Authorization: Bearer KEY; every user of this machine can see it (default: "
                            + VARIABLE + " of the environment, else anybody may ask).")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "File whose first line is the key, which then nobody sees.")
    private Optional<Path> file = Optional.empty();

    /**
     * The key; none lets anybody ask.
     *
     * @throws ParameterException where two options name one, or where it could not be sent in a header
     */
    Optional<String> key() {
        if (key.isPresent() && file.isPresent()) {
            throw usage("expected one of --api-key and --api-key-file, found both");
        }
        if (file.isPresent()) {
            return Optional.of(checked("--api-key-file " + file.get(), firstLine(file.get())));
        }
        if (key.isPresent()) {
            return Optional.of(checked("--api-key", key.get()));
        }
        return Main.of(spec).variable(VARIABLE).map(value -> checked(VARIABLE, value));
    }

    private String firstLine(Path path) {
        if (!Files.isRegularFile(path)) {
            throw usage("--api-key-file " + path + ": expected a file whose first line is the key, found "
                    + (Files.exists(path) ? "something that is no file" : "nothing there"));
        }
        try (BufferedReader reader = Files.newBufferedReader(path)) {
            String line = reader.readLine();
            return line == null ? "" : line.strip();
        } catch (CharacterCodingException e) {
            throw usage("--api-key-file " + path + ": expected text, found bytes that are no UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A key with other characters would never be equal to a header's; the error must not show it. */
    private String checked(String where, String value) {
        boolean printable = value.chars().allMatch(c -> c > ' ' && c < 0x7F);
        if (value.isEmpty() || value.length() > MOST_CHARACTERS || !printable) {
            throw usage(where + ": expected a key of 1 to " + MOST_CHARACTERS
                    + " letters, digits and signs without spaces, found "
                    + (value.isEmpty() ? "an empty one" : printable ? "a longer one" : "other characters in it"));
        }
        return value;
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
