package dev.athanor.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private List<Document> read(String name) {
        List<Document> documents = new ArrayList<>();
        TextSources.parse(name, folder.resolve("cache")).read(documents::add);
        return documents;
    }

    private List<String> texts(String name) {
        return read(name).stream().map(Document::text).toList();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Path write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private void assertRefused(String name, String part) {
        CorpusException e = assertThrows(CorpusException.class, () -> read(name));
        assertTrue(String.valueOf(e.getMessage()).contains(part), "expected \"" + part + "\" in: " + e.getMessage());
    }

    @Test
    void filesFoldersAndGlobsComeInTheOrderOfTheirPaths() throws IOException {
        Path file = write("b/one file.txt", utf8("one é 🙂"));
        write("b/a/two.md", utf8("two"));
        write("b/z.txt", utf8("three"));
        assertEquals(List.of("one é 🙂"), texts(file.toString()));
        assertEquals(
                List.of("two", "one é 🙂", "three"), texts(folder.resolve("b").toString()));
        assertEquals(List.of("one é 🙂", "three"), texts(folder.resolve("b") + "/*.txt"));
        assertRefused(folder.resolve("b") + "/*.java", "expected at least one file, found none");
        assertRefused(folder.resolve("nothing").toString(), "found no such path");
    }

    @Test
    void compressedFilesAndJsonLinesAreOpened() throws IOException {
        ByteArrayOutputStream gz = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gz)) {
            out.write(utf8("packed"));
        }
        assertEquals(
                List.of("packed"), texts(write("a.txt.gz", gz.toByteArray()).toString()));
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("x.txt"));
            out.write(utf8("first"));
            out.putNextEntry(new ZipEntry("y.jsonl"));
            out.write(utf8("{\"text\": \"second\"}\n{\"text\": \"third\"}\n"));
        }
        assertEquals(
                List.of("first", "second", "third"),
                texts(write("a.zip", zip.toByteArray()).toString()));
        assertRefused(
                write("broken.txt.gz", java.util.Arrays.copyOf(gz.toByteArray(), gz.size() - 9))
                        .toString(),
                "found it damaged");
        assertRefused(write("no.txt.gz", utf8("not packed")).toString(), "found it damaged");
        assertRefused(
                write("a.jsonl", utf8("{\"text\": \"fine\"}\nnot json\n")).toString(),
                "line 2: expected a JSON object");
        assertRefused(
                write("b.jsonl", utf8("{\"content\": \"?\"}\n")).toString(),
                "expected a field \"text\" with text, found the fields [content]");
    }

    @Test
    void binaryFilesAreRefusedWithTheByte() throws IOException {
        assertRefused(write("zero.txt", new byte[] {'a', 0}).toString(), "found a zero byte at byte 1");
        assertRefused(
                write("latin.txt", new byte[] {'a', 'b', (byte) 0xE9, 'c'}).toString(), "found other bytes at byte 2");
    }

    @Test
    void longFilesAreCutAtLineEndsWithoutLosingAByte() throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < Texts.MAX_BYTES + 1000) {
            text.append("line ").append(text.length()).append(" é\n");
        }
        List<Document> parts = read(write("long.txt", utf8(text.toString())).toString());
        assertTrue(parts.size() >= 2, "expected several parts, found " + parts.size());
        assertEquals(
                text.toString(),
                String.join("", parts.stream().map(Document::text).toList()));
        assertTrue(parts.getFirst().text().endsWith("\n"));
    }

    @Test
    void jdkSourcesComeFromTheJavaHome() throws IOException {
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            for (String name : List.of(
                    "java.base/java/util/B.java", "java.base/java/util/A.java", "java.base/java/io/C.java", "x.txt")) {
                out.putNextEntry(new ZipEntry(name));
                out.write(utf8("class " + name));
            }
        }
        write("jdk/lib/src.zip", zip.toByteArray());
        List<String> names = new ArrayList<>();
        new JdkSource(folder.resolve("jdk"), "java.base/java/util").read(d -> names.add(d.name()));
        assertEquals(List.of("java.base/java/util/A.java", "java.base/java/util/B.java"), names);
        CorpusException none = assertThrows(
                CorpusException.class, () -> new JdkSource(folder.resolve("jdk"), "no/such").read(d -> {}));
        assertTrue(String.valueOf(none.getMessage()).contains("expected Java files below no/such"), none.getMessage());
        CorpusException missing = assertThrows(CorpusException.class, () -> new JdkSource(folder, "").read(d -> {}));
        assertTrue(String.valueOf(missing.getMessage()).contains("src.zip"), missing.getMessage());
    }

    @Test
    void talesAreNamedBySeedAndNumber() {
        assertEquals(5, texts("tales:seed=3,stories=5").size());
        assertEquals(texts("tales:seed=3,stories=5"), texts("tales:stories=5,seed=3"));
        assertFalse(texts("tales:seed=4,stories=5").equals(texts("tales:seed=3,stories=5")));
        assertRefused("tales:stories=0", "expected stories of at least 1, found 0");
        assertRefused("tales:stories", "found \"stories\"");
    }

    /** How a server misbehaves with its first answers. */
    private enum Trouble {
        BREAKS_OFF,
        FALLS_SILENT
    }

    /** A server on this machine; its first {@code troubles} answers stop in the middle. */
    private static final class Server implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger requests = new AtomicInteger();

        Server(byte[] content, int troubles, Trouble trouble) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try {
                        Socket client = socket.accept();
                        Thread.ofVirtual()
                                .start(() -> serve(client, content, requests.getAndIncrement() < troubles, trouble));
                    } catch (IOException e) {
                        return; // the test is over
                    }
                }
            });
        }

        private static void serve(Socket client, byte[] content, boolean stop, Trouble trouble) {
            try (client) {
                answer(client, content, stop, trouble);
            } catch (IOException | InterruptedException e) {
                // The client went away.
            }
        }

        private static void answer(Socket client, byte[] content, boolean stop, Trouble trouble)
                throws IOException, InterruptedException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            int from = 0;
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                if (line.startsWith("Range: bytes=")) {
                    from = Integer.parseInt(line.substring("Range: bytes=".length(), line.length() - 1));
                }
            }
            int length = content.length - from;
            OutputStream out = client.getOutputStream();
            out.write(utf8("HTTP/1.1 " + (from > 0 ? "206 Partial" : "200 OK") + "\r\nContent-Length: " + length
                    + "\r\nConnection: close\r\n\r\n"));
            out.write(content, from, stop ? length / 2 : length);
            out.flush();
            if (stop && trouble == Trouble.FALLS_SILENT) {
                Thread.sleep(1500);
            }
        }

        String url(byte[] content) throws NoSuchAlgorithmException {
            String sum = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            return "http://127.0.0.1:" + socket.getLocalPort() + "/a/text.txt#sha256=" + sum;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void theFieldOfJsonLinesCanBeNamedAndAMissingOneIsRefusedWithItsLine() throws IOException {
        Path file = folder.resolve("notes.jsonl");
        Files.writeString(file, "{\"body\":\"one\"}\n\n{\"body\":\"two\",\"id\":7}\n");
        List<String> texts = new ArrayList<>();
        new FileSource(file + "#field=body").read(d -> texts.add(d.text()));
        assertEquals(List.of("one", "two"), texts);
        assertRefused(file.toString(), "notes.jsonl line 1: expected a field \"text\"");
        assertRefused(file + "#field=id", "notes.jsonl line 1: expected a field \"id\"");
        assertRefused(file + "#field=", "expected .jsonl files and the name of a field");
    }

    @Test
    @Timeout(20)
    void aSilentServerIsNotWaitedForWithoutEnd() throws Exception {
        byte[] content = utf8("a line of text\n".repeat(1000));
        try (Server server = new Server(content, 1, Trouble.FALLS_SILENT)) {
            List<Document> documents = new ArrayList<>();
            new UrlSource(server.url(content), folder.resolve("cache"), Duration.ofMillis(300)).read(documents::add);
            assertEquals(
                    new String(content, StandardCharsets.UTF_8),
                    documents.getFirst().text());
            assertTrue(server.requests.get() >= 2, "one silent answer, then a whole one");
        }
    }

    @Test
    @Timeout(20)
    void downloadsGoOnWhereTheyBrokeAreCheckedAndKept() throws Exception {
        byte[] content = utf8("a line of text\n".repeat(10_000));
        try (Server server = new Server(content, 2, Trouble.BREAKS_OFF)) {
            String url = server.url(content);
            assertEquals(new String(content, StandardCharsets.UTF_8), texts(url).getFirst());
            assertEquals(3, server.requests.get(), "two broken connections and one whole");
            assertEquals(1, texts(url).size());
            assertEquals(3, server.requests.get(), "the second reading comes from the cache");
        }
    }

    @Test
    @Timeout(20)
    void downloadsWithoutOrWithAWrongChecksumAreRefusedAndDiscarded() throws Exception {
        byte[] content = utf8("text");
        try (Server server = new Server(content, 0, Trouble.BREAKS_OFF)) {
            String url = server.url(content);
            assertRefused(url.substring(0, url.indexOf('#')), "download it once and run sha256sum on it");
            assertRefused(url.substring(0, url.indexOf('=') + 1) + "0".repeat(64), "the file was discarded");
            try (var kept = Files.list(folder.resolve("cache"))) {
                assertEquals(0, kept.count());
            }
        }
    }
}
