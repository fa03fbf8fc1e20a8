package dev.athanor.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Requests to a hub with its redirects followed by hand: the token goes to the hub only, and no redirect leads where it
 * must not.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;

    private final HubSettings settings;
    private final Surroundings surroundings;
    private final Destinations destinations;
    private final HttpClient http;

    HubClient(HubSettings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.destinations = new Destinations(settings.endpoint(), surroundings.addresses());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // one large body at a time has no use for more
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(surroundings.patience())
                .build();
    }

    /** An address of the hub; {@code path} is encoded already. */
    URI address(String path) {
        return URI.create(settings.endpoint() + path);
    }

    /** Asks for {@code uri}; whoever asks closes the answer. */
    Answer get(URI uri, Map<String, String> headers) throws IOException {
        return follow("GET", uri, headers);
    }

    /** As {@link #get} without a body; stops where the hub has told the hash and the size. */
    Answer head(URI uri) throws IOException {
        return follow("HEAD", uri, Map.of());
    }

    private Answer follow(String method, URI start, Map<String, String> headers) throws IOException {
        URI uri = start;
        Optional<String> etag = Optional.empty();
        Optional<String> commit = Optional.empty();
        OptionalLong size = OptionalLong.empty();
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            boolean hub = Destinations.sameOrigin(settings.endpoint(), uri);
            HttpResponse<InputStream> response = send(method, uri, headers, hub);
            if (hub) { // what another host says of the hub's files counts for nothing
                Optional<String> linked =
                        response.headers().firstValue("X-Linked-Etag").map(Answer::bare);
                OptionalLong linkedSize = Answer.number(response.headers().firstValue("X-Linked-Size"));
                etag = etag.or(() -> linked);
                size = size.isPresent() ? size : linkedSize;
                Optional<String> named = response.headers().firstValue("X-Repo-Commit");
                commit = commit.or(() -> named);
            }
            Answer answer = new Answer(uri, response, etag, size, commit, hub);
            boolean told = method.equals("HEAD") && etag.isPresent() && size.isPresent();
            if (!isRedirect(response.statusCode()) || told) {
                return answer;
            }
            answer.close();
            URI next = target(uri, response);
            destinations.check(uri, next);
            uri = next;
        }
        throw new HubException(start.getScheme() + "://" + start.getRawAuthority() + ": expected at most "
                + MOST_REDIRECTS + " redirects for " + Shown.text(start.getPath()) + ", found more; the server sends "
                + "requests in circles, try again later");
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI target(URI from, HttpResponse<InputStream> response) {
        String location = response.headers()
                .firstValue("Location")
                .orElseThrow(() -> new HubException(from.getScheme() + "://" + from.getRawAuthority()
                        + ": expected an address behind HTTP " + response.statusCode() + ", found none"));
        try {
            return from.resolve(new URI(location));
        } catch (URISyntaxException e) {
            throw new HubException(
                    from.getScheme() + "://" + from.getRawAuthority()
                            + ": expected a redirect to a web address, found \"" + Shown.text(location) + "\"",
                    e);
        }
    }

    private HttpResponse<InputStream> send(String method, URI uri, Map<String, String> headers, boolean hub)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(surroundings.patience())
                .header("User-Agent", "athanor/0.1")
                .header("Accept-Encoding", "identity"); // sizes and ranges are those of the file
        headers.forEach(request::header);
        if (hub) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("interrupted; run pull again to go on where it stopped", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
