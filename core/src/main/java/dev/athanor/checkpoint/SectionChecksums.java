package dev.athanor.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** SHA-256 of a stream of bytes, and CRC32C of each of its named sections, in one pass. */
final class SectionChecksums {
    /**
     * One part of a file.
     *
     * @param crc32c its checksum (Castagnoli) as eight hexadecimal digits
     */
    record Section(String name, long bytes, String crc32c) {}

    private final List<String> names;
    private final List<Long> sizes;
    private final List<Section> done = new ArrayList<>();
    private final MessageDigest sha256 = sha256();
    private final CRC32C crc = new CRC32C();
    private long left;

    /** Sections of the given sizes, one after the other. */
    SectionChecksums(Map<String, Long> sections) {
        this.names = List.copyOf(sections.keySet());
        this.sizes = List.copyOf(sections.values());
        this.left = sizes.isEmpty() ? 0 : sizes.getFirst();
        closeFull();
    }

    /** The sizes of {@code sections} by name, as the constructor takes them. */
    static Map<String, Long> sizes(List<Section> sections) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        sections.forEach(s -> sizes.put(s.name(), s.bytes()));
        return sizes;
    }

    /** Takes the bytes between position and limit; leaves both. */
    void update(ByteBuffer bytes) {
        sha256.update(bytes.duplicate());
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining() && done.size() < names.size()) {
            int part = (int) Math.min(left, rest.remaining());
            crc.update(rest.slice(rest.position(), part));
            rest.position(rest.position() + part);
            left -= part;
            closeFull();
        }
    }

    private void closeFull() {
        while (left == 0 && done.size() < names.size()) {
            int i = done.size();
            done.add(new Section(names.get(i), sizes.get(i), String.format("%08x", crc.getValue())));
            crc.reset();
            left = i + 1 < sizes.size() ? sizes.get(i + 1) : 0;
        }
    }

    /** The sections that were complete so far. */
    List<Section> sections() {
        return List.copyOf(done);
    }

    /** SHA-256 of everything, as hexadecimal digits; the last call on this object. */
    String finish() {
        return HexFormat.of().formatHex(sha256.digest());
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
