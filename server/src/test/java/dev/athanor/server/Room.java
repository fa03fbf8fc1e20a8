package dev.athanor.server;

import dev.athanor.server.lab.LabModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A laboratory with random models, and what a test asks it with. */
final class Room implements AutoCloseable {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity");

    /** Seven words of a model without a tokenizer. */
    static final String PROMPT = "#3 #10 #17 #24 #31 #5 #12";

    private final List<LabModel> models;
    private final Laboratory laboratory;
    private final HttpClient client = HttpClient.newHttpClient();

    Room(String... names) {
        this(
                List.of(names).stream()
                        .map(name -> LabModel.open(PARITY.resolve(name), 2))
                        .toList(),
                PROMPT);
    }

    /** A laboratory with a model that reads text. */
    Room(Path model) {
        this(List.of(LabModel.open(model, 2)), "The king");
    }

    private Room(List<LabModel> models, String prompt) {
        this.models = models;
        this.laboratory = Laboratory.start(models, prompt, 0);
    }

    int port() {
        return laboratory.port();
    }

    String address() {
        return laboratory.address();
    }

    HttpResponse<byte[]> fetch(String path) {
        return send(HttpRequest.newBuilder(URI.create(address() + path.substring(1))));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    ObjectNode get(String path) {
        HttpResponse<byte[]> response = fetch(path);
        String body = new String(response.body(), StandardCharsets.UTF_8);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": expected 200, found " + response.statusCode() + " " + body);
        }
        return Json.parse(body);
    }

    HttpResponse<byte[]> postRaw(String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(address() + path.substring(1)))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    ObjectNode post(String path, String body) {
        HttpResponse<byte[]> response = postRaw(path, body);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": expected 200, found " + response.statusCode() + " " + text);
        }
        return Json.parse(text);
    }

    /** Makes a run and returns its id. */
    String run(String prompt) {
        return post("/api/runs", Json.object().put("prompt", prompt).toString())
                .get("run")
                .stringValue();
    }

    /** The whole answer to bytes as they are. */
    String raw(String request) {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
        laboratory.close();
        models.forEach(LabModel::close);
    }
}
