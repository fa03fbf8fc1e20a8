package dev.athanor.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The two hashes of a hub: SHA-256 of a large file, and git's SHA-1 of a blob, over {@code blob LENGTH\0} and the
 * content.
 */
final class Digests {
    private Digests() {}

    /** Whether {@code etag} is one of the two. */
    static boolean isHash(String etag) {
        return (etag.length() == 64 || etag.length() == 40) && ModelName.isHex(etag);
    }

    /** The hash of {@code file} that is as long as {@code etag}. */
    static String of(Path file, String etag) throws IOException {
        MessageDigest digest = digest(etag.length() == 64 ? "SHA-256" : "SHA-1");
        if (etag.length() == 40) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 18];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
