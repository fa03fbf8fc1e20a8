package dev.athanor.corpus;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * A file, a folder (all files below it in order of their paths) or a glob; {@code .gz}, {@code .zip} and {@code .jsonl}
 * are opened.
 */
final class FileSource implements TextSource {
    private static final String FIELD_MARK = "#field=";
    private final String name;
    private final String field;

    /** @param name a path, behind which {@code #field=NAME} may say which field of JSON lines holds the text */
    FileSource(String name) {
        int mark = name.lastIndexOf(FIELD_MARK);
        this.name = mark < 0 ? name : name.substring(0, mark);
        this.field = mark < 0 ? "text" : name.substring(mark + FIELD_MARK.length());
        if (mark >= 0 && (field.isEmpty() || !this.name.contains(".jsonl"))) {
            throw new CorpusException(
                    name
                            + ": expected .jsonl files and the name of a field, as in notes.jsonl#field=body, found neither or one");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void read(Consumer<Document> reader) {
        for (Path file : files()) {
            readFile(file, field, reader);
        }
    }

    private List<Path> files() {
        Path path = Path.of(name);
        try {
            if (Files.isRegularFile(path)) {
                return List.of(path);
            }
            if (Files.isDirectory(path)) {
                return walk(path, file -> true);
            }
            int star = firstWildcard(name);
            if (star < 0) {
                throw new CorpusException(
                        name + ": expected a file, a folder, a glob, a URL, jdk: or tales:, found no such path");
            }
            int slash = name.lastIndexOf('/', star);
            Path root = slash < 0 ? Path.of("") : slash == 0 ? Path.of("/") : Path.of(name.substring(0, slash));
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + name);
            return walk(root, matcher::matches);
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    private List<Path> walk(Path root, PathMatcher wanted) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> files = walk.filter(Files::isRegularFile)
                    .filter(wanted::matches)
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new CorpusException(name + ": expected at least one file, found none");
            }
            return files;
        }
    }

    private static int firstWildcard(String name) {
        for (int i = 0; i < name.length(); i++) {
            if ("*?[{".indexOf(name.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static void readFile(Path file, String field, Consumer<Document> reader) {
        String name = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            if (name.endsWith(".gz")) {
                try (InputStream unpacked = new GZIPInputStream(in)) {
                    Texts.read(name, unpacked, field, reader);
                }
            } else if (name.endsWith(".zip")) {
                readZip(name, in, field, reader);
            } else {
                Texts.read(name, in, field, reader);
            }
        } catch (AccessDeniedException e) {
            throw new CorpusException(
                    name + ": expected a readable file, found access denied; change its permissions", e);
        } catch (ZipException | java.io.EOFException e) {
            throw new CorpusException(
                    name + ": expected a whole compressed file, found it damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static void readZip(String name, InputStream in, String field, Consumer<Document> reader)
            throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        int entries = 0;
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (!entry.isDirectory()) {
                entries++;
                Texts.read(name + "!" + entry.getName(), notClosing(zip), field, reader);
            }
        }
        if (entries == 0) {
            throw new CorpusException(name + ": expected a zip file with at least one entry, found none");
        }
    }

    private static InputStream notClosing(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public void close() {
                // The archive goes on behind this entry.
            }
        };
    }
}
