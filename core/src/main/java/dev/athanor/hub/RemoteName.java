package dev.athanor.hub;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Names of files as a server lists them: what could leave its folder or mislead a reader is refused. */
final class RemoteName {
    private static final int LONGEST = 1024;
    /** Longest name of one file or folder in the file systems in use, in bytes. */
    private static final int LONGEST_SEGMENT = 255;

    /** Devices of Windows, with any extension. */
    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

    private RemoteName() {}

    /** Why {@code name} is refused, as the end of "found …", or nothing where it is a plain relative path. */
    static Optional<String> fault(String name) {
        if (name.isEmpty()) {
            return Optional.of("an empty one");
        }
        if (name.length() > LONGEST) {
            return Optional.of("one of " + name.length() + " characters");
        }
        if (name.startsWith("/")) {
            return Optional.of("an absolute path");
        }
        if (name.indexOf('\\') >= 0) {
            return Optional.of("a backslash");
        }
        if (name.length() > 1 && name.charAt(1) == ':') {
            return Optional.of("a drive letter");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            return Optional.of("half a character");
        }
        if (name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029)) {
            return Optional.of("a control character");
        }
        for (String segment : name.split("/", -1)) {
            Optional<String> fault = segmentFault(segment);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> segmentFault(String segment) {
        if (segment.isEmpty()) {
            return Optional.of("an empty part");
        }
        if (segment.equals(".") || segment.equals("..")) {
            return Optional.of("a step to another folder");
        }
        if (segment.getBytes(StandardCharsets.UTF_8).length > LONGEST_SEGMENT) {
            return Optional.of("a part longer than " + LONGEST_SEGMENT + " bytes");
        }
        return Optional.empty();
    }

    /**
     * Why a file of this name is not written, though it may stand in a list: it would mean something else on another
     * system or look like something else.
     */
    static Optional<String> unwritable(String name) {
        if (name.codePoints().anyMatch(c -> Character.getType(c) == Character.FORMAT)) {
            return Optional.of("an invisible character");
        }
        return Arrays.stream(name.split("/", -1))
                .flatMap(segment -> unwritableSegment(segment).stream())
                .findFirst();
    }

    private static Optional<String> unwritableSegment(String segment) {
        if (segment.endsWith(".") || segment.endsWith(" ")) {
            return Optional.of("a part that ends with a dot or a space");
        }
        int dot = segment.indexOf('.');
        String stem = (dot < 0 ? segment : segment.substring(0, dot)).toLowerCase(Locale.ROOT);
        return DEVICES.contains(stem) ? Optional.of("the name of a device") : Optional.empty();
    }

    /** {@code path} with every segment percent-encoded (RFC 3986, section 2.1). */
    static String encoded(String path) {
        List<String> parts = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            parts.add(segment(segment));
        }
        return String.join("/", parts);
    }

    /** One segment percent-encoded, slashes too. */
    static String segment(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean unreserved = (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || c == '-'
                    || c == '.'
                    || c == '_'
                    || c == '~';
            out.append(unreserved ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return out.toString();
    }
}
