package dev.athanor.microscope.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;

/** The phrases of one resource file, UTF-8. */
public final class Phrases {
    private final Properties phrases = new Properties();
    private final String resource;

    /** @param resource absolute, such as {@code /dev/athanor/microscope/tale/tale.properties} */
    public Phrases(String resource) {
        this.resource = resource;
        try (InputStream in = Phrases.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from the program");
            }
            phrases.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Optional<String> find(String key) {
        return Optional.ofNullable(phrases.getProperty(key));
    }

    /** The phrase as it stands in the file. */
    public String get(String key) {
        return find(key).orElseThrow(() -> new IllegalStateException(resource + ": no phrase " + key));
    }
}
