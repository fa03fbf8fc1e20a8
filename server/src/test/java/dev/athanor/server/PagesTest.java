package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page's files: small, complete, from nowhere else. */
class PagesTest {
    private static final int MOST = 100 * 1024;
    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s\"'<>)]+");

    private final Pages pages = new Pages();

    @Test
    void theWholeInterfaceIsAtMost100KilobytesZipped() {
        int sum = pages.names().stream()
                .filter(name -> !name.endsWith("LICENSE"))
                .mapToInt(pages::zippedSize)
                .sum();
        System.out.println("interface: " + sum + " bytes zipped");
        assertTrue(sum <= MOST, "bytes: " + sum);
    }

    @Test
    void noFileNamesAnOutsideHost() {
        // Names of XML namespaces are no addresses; the chart library says in a comment where it comes from.
        List<String> harmless = List.of("http://www.w3.org/", "https://github.com/leeoniya/uPlot");
        for (String name : pages.names()) {
            Matcher matcher = ADDRESS.matcher(new String(pages.bytes(name), StandardCharsets.UTF_8));
            while (matcher.find()) {
                String address = matcher.group();
                assertTrue(
                        name.endsWith("LICENSE") || harmless.stream().anyMatch(address::startsWith),
                        name + " names " + address);
            }
        }
    }

    /** The checksums were taken from the packages when their files were copied. */
    @Test
    void vendoredFilesAreThoseOfTheirPackages() throws IOException, NoSuchAlgorithmException {
        try (InputStream in = Pages.class.getResourceAsStream("page/vendor/SHA256SUMS")) {
            String sums = new String(in == null ? new byte[0] : in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(10, sums.lines().count());
            for (String line : sums.lines().toList()) {
                String[] parts = line.split(" +", 2);
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(pages.bytes("/vendor/" + parts[1].strip()));
                assertEquals(parts[0], HexFormat.of().formatHex(hash), parts[1]);
            }
        }
    }

    @Test
    void everyFileThatIsImportedIsServed() {
        Pattern relative = Pattern.compile("from '\\./([^']+)'|^import '\\./([^']+)'", Pattern.MULTILINE);
        for (String name : pages.names()) {
            if (name.startsWith("/js/")) {
                Matcher matcher = relative.matcher(new String(pages.bytes(name), StandardCharsets.UTF_8));
                while (matcher.find()) {
                    String file = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
                    assertTrue(pages.names().contains("/js/" + file), name + " imports " + file);
                }
            }
        }
    }
}
