package dev.athanor.server.openai;

import dev.athanor.server.Line;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Stands before every request: by which name the server is asked, from which page, with which key. A page elsewhere
 * that a person has open can send requests to this machine, and a name that somebody else's DNS points here would make
 * their page ours; so a server that binds to this machine only answers to its own names.
 */
final class Gate implements Filter {
    private static final Set<String> NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final String BEARER = "Bearer ";

    private final ServeOptions options;

    Gate(ServeOptions options) {
        this.options = options;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Line.current().ifPresent(Line::headRead);
        try {
            pass(chain, request, response);
        } finally {
            Line.current().ifPresent(Line::answered);
        }
    }

    private void pass(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.header("X-Content-Type-Options", "nosniff");
        Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
        boolean welcome = origin.isPresent()
                && (options.origins().contains("*") || options.origins().contains(origin.get()));
        if (welcome) {
            response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get());
            response.header(HeaderNames.VARY, "Origin");
        }
        Optional<ApiProblem> refused = refused(request, origin, welcome);
        if (refused.isPresent()) {
            response.status(Status.create(refused.get().status()));
            response.header("Content-Type", "application/json");
            response.send(refused.get().json().toString().getBytes(StandardCharsets.UTF_8));
        } else if (welcome && request.prologue().method().equals(Method.OPTIONS)) {
            response.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
            response.header(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type");
            response.status(Status.NO_CONTENT_204);
            response.send();
        } else {
            chain.proceed();
        }
    }

    private Optional<ApiProblem> refused(RoutingRequest request, Optional<String> origin, boolean welcome) {
        String host = request.headers().first(HeaderNames.HOST).orElse("");
        if (options.local() && !NAMES.contains(name(host))) {
            return Optional.of(new ApiProblem(
                    403,
                    "",
                    "Host: expected 127.0.0.1 or localhost, for this server is for this machine, found another"));
        }
        if (origin.isPresent() && !welcome) {
            return Optional.of(new ApiProblem(403, "", "Origin: expected a page that --cors names, found another"));
        }
        boolean open = request.prologue().method().equals(Method.OPTIONS)
                || request.path().path().equals("/health");
        if (options.apiKey().isPresent() && !open) {
            String given = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
            String key = given.startsWith(BEARER) ? given.substring(BEARER.length()) : "";
            if (!MessageDigest.isEqual(
                    key.getBytes(StandardCharsets.UTF_8), options.apiKey().get().getBytes(StandardCharsets.UTF_8))) {
                return Optional.of(new ApiProblem(
                        401,
                        "",
                        "Authorization: expected Bearer and the key this server was started with, found another"));
            }
        }
        return Optional.empty();
    }

    private static String name(String host) {
        int colon = host.endsWith("]") ? -1 : host.lastIndexOf(':');
        return (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
    }
}
