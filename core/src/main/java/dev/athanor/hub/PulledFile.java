package dev.athanor.hub;

/**
 * A file of a snapshot.
 *
 * @param name path in the repository
 * @param bytes size
 * @param hash SHA-256 of a large file (64 digits) or git's SHA-1 of another (40 digits)
 * @param cached whether it was there before
 */
public record PulledFile(String name, long bytes, String hash, boolean cached) {
    /** {@code sha256} or {@code sha1}: git hashes {@code blob LENGTH\0} before the content. */
    public String algorithm() {
        return hash.length() == 64 ? "sha256" : "sha1";
    }
}
