package dev.athanor.server;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Stands before every request: only this machine may ask, by an address of this machine, from a page of this server. A
 * page elsewhere that a person has open can send requests here, too, and a name that somebody else's DNS points here
 * would make their page ours.
 */
final class Guard implements Filter {
    private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost", "[::1]");

    private final String policy;

    /** @param importMapHash of the one inline script, the import map */
    Guard(String importMapHash) {
        this.policy = "default-src 'none'; script-src 'self' '" + importMapHash
                + "'; style-src 'self'; img-src 'self' data:; "
                + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.header("Content-Security-Policy", policy);
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Referrer-Policy", "no-referrer");
        response.header("Cross-Origin-Resource-Policy", "same-origin");
        response.header("Cross-Origin-Opener-Policy", "same-origin");
        int port = request.localPeer().port();
        Optional<String> foreign = foreign(
                request.headers().first(HeaderNames.HOST).orElse(""),
                request.headers().first(HeaderNames.ORIGIN),
                port);
        if (foreign.isPresent()) {
            byte[] body = Json.answer()
                    .set("error", Json.object().put("sentence", foreign.get()))
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            response.status(Status.FORBIDDEN_403);
            response.header("Content-Type", "application/json");
            response.send(body);
            return;
        }
        chain.proceed();
    }

    /** Why a request is not ours, if it is not. */
    static Optional<String> foreign(String host, Optional<String> origin, int port) {
        if (!ours(host.toLowerCase(Locale.ROOT), port)) {
            return Optional.of("Host: expected 127.0.0.1:" + port + " or localhost:" + port + ", found another");
        }
        if (origin.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(origin.get());
            String authority = String.valueOf(uri.getAuthority()).toLowerCase(Locale.ROOT);
            if ("http".equals(uri.getScheme()) && ours(authority, port)) {
                return Optional.empty();
            }
        } catch (URISyntaxException e) {
            return Optional.of("Origin: expected this server's own page, found something that is no address");
        }
        return Optional.of("Origin: expected this server's own page, found another");
    }

    private static boolean ours(String authority, int port) {
        int colon = authority.lastIndexOf(':');
        boolean bracket = authority.endsWith("]");
        String name = colon < 0 || bracket ? authority : authority.substring(0, colon);
        String given = colon < 0 || bracket ? "80" : authority.substring(colon + 1);
        return HOSTS.contains(name) && given.equals(Integer.toString(port));
    }
}
