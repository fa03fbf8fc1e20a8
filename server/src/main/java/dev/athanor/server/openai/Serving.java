package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import io.helidon.http.HttpException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/** An OpenAI-compatible server for one model. */
public final class Serving implements AutoCloseable {
    /** Requests under way at once; texts beyond the engine's queue are refused, not held. */
    private static final int MOST_REQUESTS = 2048;

    private static final int MOST_CONNECTIONS = 8192;

    private final WebServer server;
    private final Assistant assistant;
    private final ServeOptions options;

    private Serving(WebServer server, Assistant assistant, ServeOptions options) {
        this.server = server;
        this.assistant = assistant;
        this.options = options;
    }

    /** Serves {@code assistant}, which stays its caller's to close. */
    public static Serving start(Assistant assistant, ServeOptions options) {
        WebServer server = WebServer.builder()
                .host(options.host())
                .port(options.port())
                .maxPayloadSize(4L * options.bodyBytes())
                .maxConcurrentRequests(MOST_REQUESTS)
                .maxTcpConnections(MOST_CONNECTIONS)
                .idleConnectionTimeout(Duration.ofSeconds(30))
                .connectionOptions(socket -> socket.readTimeout(Duration.ofSeconds(20)))
                .shutdownHook(false)
                .routing(routing -> {
                    routing.addFilter(new Gate(options));
                    routing.error(
                            HttpException.class,
                            (request, response, e) -> OpenAiRoutes.tell(
                                    response,
                                    new ApiProblem(
                                            e.status().code(),
                                            "",
                                            "address: expected one of docs/serve.md with its method, found another")));
                    routing.error(Exception.class, Serving::failed);
                    new OpenAiRoutes(assistant, options.bodyBytes()).routes(routing);
                })
                .build()
                .start();
        return new Serving(server, assistant, options);
    }

    /** The path is not logged, for it may be anything; prompts never are. */
    private static void failed(ServerRequest request, ServerResponse response, Exception e) {
        System.getLogger(Serving.class.getName()).log(System.Logger.Level.ERROR, "a request failed", e);
        OpenAiRoutes.tell(response, new ApiProblem(500, "", "the server failed at this request; its log says why"));
    }

    public int port() {
        return server.port();
    }

    public String address() {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return "http://" + host + ":" + port();
    }

    /** Takes no more texts, waits for those under way, and stops; whether all were complete in time. */
    public boolean drain(Duration patience) {
        boolean all = assistant.engine().drain(patience);
        server.stop();
        return all;
    }

    @Override
    public void close() {
        server.stop();
    }
}
