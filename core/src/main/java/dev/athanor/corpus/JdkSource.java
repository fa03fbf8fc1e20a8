package dev.athanor.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The Java sources that come with a JDK, {@code lib/src.zip}; {@code prefix} selects part of them, as in
 * {@code java.base/java/util}.
 */
final class JdkSource implements TextSource {
    private final Path javaHome;
    private final String prefix;

    JdkSource(Path javaHome, String prefix) {
        this.javaHome = javaHome;
        this.prefix = prefix;
    }

    @Override
    public String name() {
        return "jdk:" + prefix;
    }

    @Override
    public void read(Consumer<Document> reader) {
        Path zip = javaHome.resolve("lib").resolve("src.zip");
        if (!Files.isRegularFile(zip)) {
            throw new CorpusException(name() + ": expected the sources of the running JDK in " + zip
                    + ", found none; install a JDK with sources, or give a folder of Java files");
        }
        try (ZipFile file = new ZipFile(zip.toFile())) {
            List<? extends ZipEntry> entries = file.stream()
                    .filter(e -> e.getName().endsWith(".java") && e.getName().startsWith(prefix))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            if (entries.isEmpty()) {
                throw new CorpusException(
                        name() + ": expected Java files below " + prefix + " in " + zip + ", found none");
            }
            for (ZipEntry entry : entries) {
                Texts.read(entry.getName(), file.getInputStream(entry), "text", reader);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(zip + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
