package dev.athanor.server.openai;

import dev.athanor.generate.batch.EngineLimits;
import java.util.List;
import java.util.Optional;

/**
 * How the server stands in the world.
 *
 * @param host address it binds to
 * @param port 0 for any that is free
 * @param apiKey what requests must carry as {@code Authorization: Bearer}; none for anybody
 * @param origins pages of other servers that may ask (CORS); {@code *} for all
 * @param bodyBytes most bytes of a request
 * @param limits of the engine
 */
public record ServeOptions(
        String host, int port, Optional<String> apiKey, List<String> origins, int bodyBytes, EngineLimits limits) {
    /** Only this machine, any free port, no key, no other pages, 16 MiB. */
    public static final ServeOptions LOCAL =
            new ServeOptions("127.0.0.1", 0, Optional.empty(), List.of(), 16 << 20, EngineLimits.DEFAULT);

    public ServeOptions {
        origins = List.copyOf(origins);
        if (bodyBytes < 1024) {
            throw new IllegalArgumentException("body: expected room for at least 1024 bytes, found " + bodyBytes);
        }
    }

    /** Whether nobody but this machine can reach it. */
    public boolean local() {
        return host.equals("127.0.0.1") || host.equals("localhost") || host.equals("::1");
    }
}
