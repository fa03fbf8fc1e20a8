package dev.athanor.server.openai;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What Helidon refuses before a request is one, in the words of this server. */
final class WireErrors implements DirectHandler {
    /** Helidon says 400 for headers that are too large; only its sentence tells. */
    private static final String LARGE_HEADERS = "Header size exceeded";

    static DirectHandlers handlers() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (EventType type : EventType.values()) {
            handlers.addHandler(type, new WireErrors());
        }
        return handlers.build();
    }

    @Override
    public TransportResponse handle(
            TransportRequest request,
            EventType type,
            Status status,
            ServerResponseHeaders headers,
            @Nullable String message) {
        int code = LARGE_HEADERS.equals(message) ? 431 : status.code();
        headers.set(HeaderNames.CONTENT_TYPE, "application/json");
        if (code == 503) {
            headers.set(HeaderNames.RETRY_AFTER, "1");
        }
        return TransportResponse.builder()
                .status(Status.create(code))
                .headers(headers)
                .keepAlive(false)
                .entity(new ApiProblem(code, "", sentence(code))
                        .json()
                        .toString()
                        .getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static String sentence(int code) {
        return switch (code) {
            case 413 -> "body: expected one of a size this server takes, found a larger one";
            case 414 -> "address: expected at most 4096 bytes, found more";
            case 431 -> "headers: expected at most 16384 bytes, found more";
            case 503 -> "the server has as many requests as it takes; ask again later";
            case 500 -> "the server failed at this request; its log says why";
            default -> "request: expected HTTP/1.1 with a Host, found something else";
        };
    }
}
