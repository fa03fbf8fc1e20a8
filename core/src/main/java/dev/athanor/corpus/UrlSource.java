package dev.athanor.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A file on the web, {@code https://host/file.txt#sha256=HEX}. The checksum is required, so that a corpus is the same
 * tomorrow; the file is kept under that checksum and downloaded once. A broken download continues where it stopped.
 */
final class UrlSource implements TextSource {
    private static final String MARK = "#sha256=";
    private static final int ATTEMPTS = 4;
    /** Largest download. */
    private static final long MAX_BYTES = 64L << 30;

    private final String name;
    private final Path cache;

    private final Duration patience;

    UrlSource(String name, Path cache) {
        this(name, cache, Duration.ofSeconds(30));
    }

    /** @param patience how long a server may be silent before the download is tried again from where it stands */
    UrlSource(String name, Path cache, Duration patience) {
        this.name = name;
        this.cache = cache;
        this.patience = patience;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void read(Consumer<Document> reader) {
        new FileSource(download().toString()).read(reader);
    }

    private Path download() {
        int mark = name.indexOf(MARK);
        String sum = mark < 0 ? "" : name.substring(mark + MARK.length()).toLowerCase(Locale.ROOT);
        if (!sum.matches("[0-9a-f]{64}")) {
            throw new CorpusException(name + ": expected the file's checksum behind the address as " + MARK
                    + "64-HEX-DIGITS, found none; download it once and run sha256sum on it");
        }
        URI uri = URI.create(name.substring(0, mark));
        String file =
                uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
        Path place = cache.resolve(sum.substring(0, 16) + "-" + (file.isEmpty() ? "text.txt" : file));
        try {
            if (Files.isRegularFile(place) && sha256(place).equals(sum)) {
                return place;
            }
            Files.createDirectories(cache);
            Path part = place.resolveSibling(place.getFileName() + ".part");
            fetch(uri, part);
            String found = sha256(part);
            if (!found.equals(sum)) {
                Files.delete(part);
                throw new CorpusException(
                        name + ": expected SHA-256 " + sum + ", found " + found + "; the file was discarded");
            }
            Files.move(part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return place;
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": could not be downloaded: " + e.getMessage(), e);
        }
    }

    private void fetch(URI uri, Path part) throws IOException {
        IOException last = new IOException("no attempt was made");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                fetchOnce(uri, part);
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /** Appends what is missing. Redirects stay within their protocol, so https never becomes http. */
    private void fetchOnce(URI uri, Path part) throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout((int) patience.toMillis());
        connection.setReadTimeout((int) patience.toMillis());
        if (have > 0) {
            connection.setRequestProperty("Range", "bytes=" + have + "-");
        }
        try {
            int status = connection.getResponseCode();
            if (status == 416 && have > 0) {
                return; // nothing is missing; the checksum decides
            }
            if (status != 200 && status != 206) {
                throw new CorpusException(name + ": expected the server to send the file, found HTTP status " + status);
            }
            long length = connection.getContentLengthLong();
            long total = status == 206 ? have : 0;
            long received = copy(connection.getInputStream(), part, status == 206, total);
            if (length >= 0 && received < length) {
                throw new IOException("the connection broke after " + received + " of " + length + " bytes");
            }
        } finally {
            connection.disconnect();
        }
    }

    private long copy(InputStream from, Path part, boolean append, long total) throws IOException {
        long received = 0;
        try (InputStream in = from;
                OutputStream out =
                        append ? Files.newOutputStream(part, StandardOpenOption.APPEND) : Files.newOutputStream(part)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                received += n;
                if (total + received > MAX_BYTES) {
                    throw new CorpusException(name + ": expected at most " + MAX_BYTES + " bytes, found more");
                }
                out.write(buffer, 0, n);
            }
        }
        return received;
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
