package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.server.Deadlines;
import io.helidon.http.HttpException;
import io.helidon.http.HttpLogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;

/** An OpenAI-compatible server for one model. */
public final class Serving implements AutoCloseable {
    /** Requests under way at once; texts beyond the engine's queue are refused, not held. */
    private static final int MOST_REQUESTS = 2048;

    private static final int MOST_CONNECTIONS = 8192;

    private final WebServer server;
    private final Lines lines;
    private final Assistant assistant;
    private final ServeOptions options;

    private Serving(WebServer server, Lines lines, Assistant assistant, ServeOptions options) {
        this.server = server;
        this.lines = lines;
        this.assistant = assistant;
        this.options = options;
    }

    /**
     * Serves {@code assistant}, which stays its caller's to close.
     *
     * @throws IllegalArgumentException where the address cannot be bound, in one sentence
     */
    public static Serving start(Assistant assistant, ServeOptions options) {
        return start(assistant, options, Deadlines.USUAL);
    }

    static Serving start(Assistant assistant, ServeOptions options, Deadlines deadlines) {
        requireFree(options);
        HttpLogConfig silent =
                HttpLogConfig.builder().receiveLog(false).sendLog(false).build();
        Lines lines = new Lines(
                Http1ConnectionSelector.builder()
                        .config(Http1Config.builder().log(silent).build())
                        .build(),
                deadlines);
        WebServer server = WebServer.builder()
                .host(options.host())
                .port(options.port())
                .maxPayloadSize(4L * options.bodyBytes())
                .maxConcurrentRequests(MOST_REQUESTS)
                .maxTcpConnections(MOST_CONNECTIONS)
                .addConnectionSelector(lines)
                .protocolsDiscoverServices(false)
                .shutdownHook(false)
                .errorHandling(errors -> errors.includeEntity(true)) // WireErrors must know which
                .directHandlers(WireErrors.handlers())
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
        return new Serving(server, lines, assistant, options);
    }

    /** Binds the address and lets go of it: the web server would say why not in a stack trace. */
    private static void requireFree(ServeOptions options) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(options.host()), options.port()));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "--host " + options.host() + ": expected an address of this machine, found no machine of that name",
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--host " + options.host() + " --port " + options.port()
                            + ": expected an address of this machine and a free port, found: " + e.getMessage()
                            + "; give another, or --port 0 for any that is free",
                    e);
        }
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

    /** Connections that are open now. */
    int connections() {
        return lines.count();
    }

    /** Takes no more texts from now on; never waits. */
    public void refuseMore() {
        assistant.engine().refuseMore();
    }

    /**
     * Takes no more texts, waits for those under way, and stops; those that are not complete in time end with an error.
     *
     * @return whether all were complete
     */
    public boolean drain(Duration patience) {
        boolean all = assistant.engine().drain(patience);
        if (!all) {
            assistant.engine().close(); // whoever still waits is told so
        }
        close();
        return all;
    }

    @Override
    public void close() {
        server.stop();
        lines.close();
    }
}
