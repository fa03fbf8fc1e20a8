package dev.athanor.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The last answer of a chain of redirects, with what the hub said on the way.
 *
 * @param uri where it came from
 * @param response its body is not read yet
 * @param linkedEtag the hub's {@code X-Linked-Etag}, without quotes
 * @param linkedSize the hub's {@code X-Linked-Size}
 * @param commit the hub's {@code X-Repo-Commit}
 * @param fromHub whether the hub itself answered and not another host
 */
record Answer(
        URI uri,
        HttpResponse<InputStream> response,
        Optional<String> linkedEtag,
        OptionalLong linkedSize,
        Optional<String> commit,
        boolean fromHub)
        implements AutoCloseable {
    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** The hash under which the hub keeps the file: linked where there is one. */
    Optional<String> etag() {
        return linkedEtag.or(() -> fromHub ? header("ETag").map(Answer::bare) : Optional.empty());
    }

    OptionalLong contentLength() {
        return number(header("Content-Length"));
    }

    /** An ETag without its quotes and the W/ before it (RFC 9110, section 8.8.3). */
    static String bare(String etag) {
        String text = etag.strip();
        if (text.startsWith("W/")) {
            text = text.substring(2);
        }
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1).toLowerCase(Locale.ROOT)
                : text.toLowerCase(Locale.ROOT);
    }

    /** A whole number that is not negative. */
    static OptionalLong number(Optional<String> text) {
        String digits = text.orElse("").strip();
        boolean plain =
                !digits.isEmpty() && digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    /** Gives the connection up where the body is not read to its end. */
    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            // The connection is lost anyway.
        }
    }
}
