package dev.athanor.server;

import dev.athanor.server.lab.LabApi;
import dev.athanor.server.lab.LabChat;
import dev.athanor.server.lab.LabModel;
import dev.athanor.server.openai.OpenAiRoutes;
import io.helidon.http.HttpException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The laboratory's server, on this machine's loopback address and no other. */
public final class Laboratory implements AutoCloseable {
    /** Requests that wait or run at once; one person's page needs a few. */
    private static final int MOST_REQUESTS = 64;

    private static final int MOST_CONNECTIONS = 128;

    private final WebServer server;
    private final LabChat chat;

    private Laboratory(WebServer server, LabChat chat) {
        this.server = server;
        this.chat = chat;
    }

    /**
     * Starts it. The first checkpoint can also be talked to, where it reads text, by people and by programs.
     *
     * @param models one or two checkpoints, which the caller closes after this
     * @param prompt what the page begins with
     * @param port 0 for any that is free
     */
    public static Laboratory start(List<LabModel> models, String prompt, int port) {
        LabChat chat = LabChat.open(models.getFirst());
        try {
            LabApi api = new LabApi(models, prompt);
            WebServer server = server(api, chat, port);
            Thread.ofVirtual().start(() -> warm(api, models.getFirst(), prompt));
            return new Laboratory(server, chat);
        } catch (RuntimeException e) {
            chat.close();
            throw e;
        }
    }

    private static WebServer server(LabApi api, LabChat chat, int port) {
        Pages pages = new Pages();
        return WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .maxPayloadSize(Json.MOST_REFUSED_BYTES)
                .maxConcurrentRequests(MOST_REQUESTS)
                .maxTcpConnections(MOST_CONNECTIONS)
                .idleConnectionTimeout(Duration.ofMinutes(2))
                .shutdownHook(false)
                .routing(routing -> {
                    routing.addFilter(new Guard(pages.importMapHash()));
                    routing.error(
                            Problem.class,
                            (request, response, e) -> tell(response, e.status(), String.valueOf(e.getMessage())));
                    routing.error(
                            IllegalArgumentException.class,
                            (request, response, e) -> tell(response, 400, String.valueOf(e.getMessage())));
                    routing.error(
                            HttpException.class,
                            (request, response, e) -> tell(
                                    response,
                                    e.status().code(),
                                    "address: expected one of docs/laboratory-api.md with its method, found another"));
                    routing.error(Exception.class, Laboratory::failed);
                    pages.routes(routing);
                    api.routes(routing);
                    chat.routes(routing);
                    chat.assistant()
                            .ifPresent(assistant -> new OpenAiRoutes(assistant, Json.MOST_BYTES).routes(routing));
                })
                .build()
                .start();
    }

    private static void warm(LabApi api, LabModel model, String prompt) {
        try {
            api.warm(model, prompt);
        } catch (IllegalArgumentException | IllegalStateException | Problem e) {
            // The page asks the same and shows the sentence; a laboratory closed meanwhile needs none.
        }
    }

    private static void failed(ServerRequest request, ServerResponse response, Exception e) {
        System.getLogger(Laboratory.class.getName())
                .log(
                        System.Logger.Level.ERROR,
                        "a request failed: " + request.path().path(),
                        e);
        tell(response, 500, "the laboratory failed at this request; its terminal shows where");
    }

    private static void tell(ServerResponse response, int status, String sentence) {
        response.status(status);
        response.header("Content-Type", "application/json");
        response.send(Json.answer()
                .set("error", Json.object().put("sentence", sentence))
                .toString()
                .getBytes(StandardCharsets.UTF_8));
    }

    public int port() {
        return server.port();
    }

    /** What to open in a browser. */
    public String address() {
        return "http://127.0.0.1:" + port() + "/";
    }

    /** Whether programs can talk to the first checkpoint, at {@code v1} below the address. */
    public boolean talks() {
        return chat.assistant().isPresent();
    }

    @Override
    public void close() {
        server.stop();
        chat.close();
    }
}
