package dev.athanor.onednn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The shared libraries as files. They are unpacked once into the user's cache and checked against the sums below at
 * every start, since what lies there will be run.
 */
final class NativeFiles {
    private static final String FOLDER = "/org/bytedeco/dnnl/linux-x86_64/";

    private static final String VERSION = "3.13-1.5.14";

    /** The libraries; libdnnl finds libgomp beside itself. */
    enum Library {
        GOMP("libgomp.so.1", "d46f9225c1883039e8a6853e6d96ca1af11d034ce186a090952e4a7c8a7c2fdc"),
        DNNL("libdnnl.so.3", "3610657c35381b06694034b677cf73f28086495aba51ecf0cfb5b6511652a443");

        private final String file;
        private final String sha256;

        Library(String file, String sha256) {
            this.file = file;
            this.sha256 = sha256;
        }

        String file() {
            return file;
        }
    }

    private NativeFiles() {}

    /** Whether the jar with the libraries is on the class path. */
    static boolean present() {
        return NativeFiles.class.getResource(FOLDER + Library.DNNL.file) != null;
    }

    /** Where they belong: {@code $XDG_CACHE_HOME/athanor} or {@code ~/.cache/athanor}. */
    static Path cache(Map<String, String> environment, Path home) {
        String given = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path shared = given.startsWith("/") ? Path.of(given) : home.resolve(".cache");
        return shared.resolve("athanor").resolve("onednn-" + VERSION);
    }

    /**
     * The folder that holds both, unpacked now where they are missing or differ.
     *
     * @throws IllegalStateException where they cannot be written or are not what they should be
     */
    static Path unpack(Path folder) {
        for (Library library : List.of(Library.GOMP, Library.DNNL)) {
            Path file = folder.resolve(library.file);
            try {
                if (!Files.isRegularFile(file) || !sum(file).equals(library.sha256)) {
                    copy(library, folder, file);
                }
            } catch (IOException e) {
                throw new IllegalStateException(
                        "oneDNN: expected to write " + file + ", found " + e
                                + "; set XDG_CACHE_HOME to a folder that can be written, or choose --matmul vector",
                        e);
            }
        }
        return folder;
    }

    /** By way of a file of its own, so that two starts at once do not see each other's halves. */
    private static void copy(Library library, Path folder, Path file) throws IOException {
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, library.file, ".part");
        try {
            MessageDigest digest = sha256();
            try (InputStream resource = NativeFiles.class.getResourceAsStream(FOLDER + library.file)) {
                if (resource == null) {
                    throw new IllegalStateException("oneDNN: expected " + library.file
                            + " on the class path, found no such resource; add the jar org.bytedeco:dnnl, classifier "
                            + "linux-x86_64");
                }
                try (InputStream in = new DigestInputStream(resource, digest);
                        OutputStream out = Files.newOutputStream(part)) {
                    in.transferTo(out);
                }
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(library.sha256)) {
                throw new IllegalStateException("oneDNN: expected " + library.file + " with SHA-256 " + library.sha256
                        + ", found " + found + " on the class path; use org.bytedeco:dnnl " + VERSION);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String sum(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
