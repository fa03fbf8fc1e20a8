package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A redirect leads to another web server and nowhere else, and takes no token there. */
class RedirectTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path cache;

    private final FakeHub hub = new FakeHub();

    @AfterEach
    void close() {
        hub.close();
    }

    private static FakeServer.Handler to(String location) {
        return (request, reply) -> reply.status(302, Map.of("Location", location));
    }

    private String refusal() {
        return String.valueOf(
                assertThrows(HubException.class, () -> hub.pull(cache)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://127.0.0.1/model",
                "gopher://127.0.0.1/",
                "jar:file:///tmp/x.jar!/a",
                "javascript:alert(1)",
                "http://169.254.169.254/latest/meta-data/",
                "http://[fe80::1]/",
                "http://0.0.0.0:80/",
                "http://224.0.0.1/",
                "http://[::]/",
                "http://[::ffff:169.254.169.254]/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://user:word@127.0.0.1/",
                "http:///no-host",
                "http://127.0.0.1:port/",
                "http://a b/"
            })
    void aRedirectToAForbiddenPlaceIsNotFollowed(String place) {
        hub.next("/model.safetensors", to(place));
        String message = refusal();
        assertTrue(message.contains("expected a redirect"), message);
        assertEquals(0, hub.waits.size(), "no second try");
        hub.next("/revision/main", to(place));
        assertTrue(refusal().contains("expected a redirect"), message);
    }

    @Test
    void aRedirectWithoutAPlaceIsRefused() {
        hub.next("/model.safetensors", (request, reply) -> reply.status(302, Map.of()));
        assertTrue(refusal().contains("expected an address behind HTTP 302"));
    }

    @Test
    void redirectsInACircleEnd() {
        FakeServer.Handler circle = to("/tiny/model/resolve/" + FakeHub.COMMIT + "/model.safetensors");
        hub.next("/model.safetensors", circle, circle, circle, circle, circle, circle, circle, circle);
        String message = refusal();
        assertTrue(message.contains("expected at most 5 redirects"), message);
        assertEquals(6, hub.hub.requests("GET", "/model.safetensors").size());
    }

    @Test
    void aRelativeRedirectStaysOnTheHubAndKeepsTheToken() throws IOException {
        hub.next("/revision/main", to("/moved"));
        hub.next("/moved", (request, reply) -> {
            assertEquals("Bearer hf_secret", request.header("Authorization"));
            reply.send(200, Map.of(), hub.list().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
        assertEquals(3, hub.pull(cache).files().size());
        assertEquals(1, hub.hub.requests("GET", "/moved").size());
    }

    @Test
    void aHostThatSendsBackToTheHubGetsNoTokenAndTheHubDoes() throws IOException {
        hub.next("/model.safetensors", to(hub.cdn.uri() + "/there"));
        hub.next("/there", to(hub.hub.uri() + "/tiny/model/resolve/" + FakeHub.COMMIT + "/model.safetensors"));
        hub.pull(cache);
        hub.cdn.requests().forEach(r -> assertEquals("", r.header("Authorization"), r.path()));
        assertEquals(
                List.of("Bearer hf_secret", "Bearer hf_secret"),
                hub.hub.requests("GET", "/model.safetensors").stream()
                        .map(r -> r.header("Authorization"))
                        .toList());
    }

    @Test
    void whatAnotherHostSaysOfHashesCountsForNothing() throws IOException {
        hub.next("/model.safetensors", to(hub.cdn.uri() + "/there"));
        hub.next(
                "/there",
                (request, reply) -> reply.send(
                        200,
                        Map.of("X-Linked-Etag", "\"" + "0".repeat(64) + "\"", "X-Linked-Size", "1"),
                        hub.weights()));
        hub.pull(cache);
    }

    private static void check(String endpoint, String from, String to) {
        Map<String, String> hosts = Map.of(
                "hub.example", "93.184.216.34",
                "cdn.example", "2606:2800:220:1::1",
                "inside.example", "10.1.2.3",
                "carrier.example", "100.64.0.1",
                "metadata.example", "169.254.169.254",
                "home.example", "127.0.0.1",
                "unique.example", "fd00::1",
                "six.example", "2002:7f00:1::");
        new Destinations(
                        URI.create(endpoint),
                        host -> List.of(InetAddress.getByName(
                                Optional.ofNullable(hosts.get(host)).orElse(host))))
                .check(URI.create(from), URI.create(to));
    }

    @Test
    void aPublicHubLeadsToPublicHostsOnly() {
        String hub = "https://hub.example";
        assertDoesNotThrow(() -> check(hub, hub, "https://cdn.example/x"));
        assertDoesNotThrow(() -> check(hub, hub, "https://hub.example/y"));
        for (String inner : List.of(
                "inside.example",
                "carrier.example",
                "metadata.example",
                "home.example",
                "unique.example",
                "six.example",
                "127.0.0.1",
                "127.1.2.3",
                "[::1]",
                "[::127.0.0.1]",
                "192.168.0.1",
                "172.16.5.5",
                "255.255.255.255",
                "0.1.2.3",
                "198.18.0.1")) {
            HubException e = assertThrows(HubException.class, () -> check(hub, hub, "https://" + inner + "/x"), inner);
            assertTrue(String.valueOf(e.getMessage()).contains("as public as the hub"), e.toString());
        }
    }

    @Test
    void encryptionIsNeverLost() {
        HubException e = assertThrows(
                HubException.class, () -> check("https://hub.example", "https://hub.example", "http://cdn.example/x"));
        assertTrue(String.valueOf(e.getMessage()).contains("stays encrypted"), e.toString());
        assertDoesNotThrow(() -> check("http://hub.example", "http://hub.example", "https://cdn.example/x"));
    }

    @Test
    void aPrivateHubMayLeadIntoItsNetworkButNotIntoThisMachine() {
        String hub = "http://inside.example";
        assertDoesNotThrow(() -> check(hub, hub, "http://192.168.0.7/x"));
        assertThrows(HubException.class, () -> check(hub, hub, "http://127.0.0.1:8080/x"));
        assertThrows(HubException.class, () -> check(hub, hub, "http://169.254.169.254/x"));
    }
}
