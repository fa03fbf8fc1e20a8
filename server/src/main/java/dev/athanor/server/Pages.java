package dev.athanor.server;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/** The page's files, held in memory: what is not in their list does not exist. */
public final class Pages {
    private static final String FOLDER = "page/";
    private static final String LIST = FOLDER + "files.txt";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private record Page(String type, byte[] plain, byte[] zipped, String tag) {}

    private final Map<String, Page> pages = new TreeMap<>();

    public Pages() {
        for (String name :
                new String(read(LIST), StandardCharsets.UTF_8).lines().toList()) {
            if (!name.isBlank()) {
                byte[] plain = read(FOLDER + name);
                String extension = name.substring(name.lastIndexOf('.') + 1);
                String type = TYPES.getOrDefault(extension, "text/plain; charset=utf-8");
                pages.put("/" + name, new Page(type, plain, zipped(plain), "\"" + hex(plain) + "\""));
            }
        }
    }

    /** Names of the files, each beginning with a slash. */
    public List<String> names() {
        return List.copyOf(pages.keySet());
    }

    /** A file's bytes. */
    public byte[] bytes(String name) {
        return page(name).plain.clone();
    }

    /** Bytes of a file as a browser fetches them. */
    public int zippedSize(String name) {
        return page(name).zipped.length;
    }

    private Page page(String name) {
        Page page = pages.get(name);
        if (page == null) {
            throw new Problem(404, "page: expected one of " + String.join(", ", pages.keySet()) + ", found another");
        }
        return page;
    }

    /** The hash by which the policy knows the page's import map. */
    String importMapHash() {
        String html = new String(page("/index.html").plain, StandardCharsets.UTF_8);
        String open = "<script type=\"importmap\">";
        int from = html.indexOf(open) + open.length();
        String map = html.substring(from, html.indexOf("</script>", from));
        byte[] hash = sha256(map.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(hash);
    }

    void routes(HttpRules rules) {
        rules.get("/", (request, response) -> serve("/index.html", request, response));
        for (String name : pages.keySet()) {
            rules.get(name, (request, response) -> serve(name, request, response));
        }
    }

    private void serve(String name, ServerRequest request, ServerResponse response) {
        Page page = page(name);
        response.header("Content-Type", page.type);
        response.header("ETag", page.tag);
        response.header("Cache-Control", "no-cache");
        response.header("Vary", "Accept-Encoding");
        if (header(request, "If-None-Match").contains(page.tag)) {
            response.status(304);
            response.send();
            return;
        }
        boolean zip = header(request, "Accept-Encoding").contains("gzip");
        if (zip) {
            response.header("Content-Encoding", "gzip");
        }
        response.send(zip ? page.zipped : page.plain);
    }

    private static String header(ServerRequest request, String name) {
        return request.headers().first(HeaderNames.create(name)).orElse("");
    }

    private static byte[] read(String name) {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the program");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] zipped(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes), 0, 8);
    }
}
