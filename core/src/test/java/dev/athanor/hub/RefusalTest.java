package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hub refuses becomes a sentence that says what to do, and what may pass is tried again. */
class RefusalTest {
    private static final String LIST = "/revision/main";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path cache;

    private final FakeHub hub = new FakeHub();

    @AfterEach
    void close() {
        hub.close();
    }

    private static FakeServer.Handler status(int status, Map<String, String> headers) {
        return (request, reply) -> reply.status(status, headers);
    }

    private void always(String ending, int status, Map<String, String> headers) {
        hub.next(ending, Collections.nCopies(20, status(status, headers)).toArray(new FakeServer.Handler[0]));
    }

    private String refusal(HubSettings settings) {
        HubException e = assertThrows(HubException.class, () -> hub.pull(settings));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("tiny/model"), message);
        assertFalse(message.contains("hf_secret"), message);
        return message;
    }

    private HubSettings nobody() {
        return new HubSettings(hub.hub.uri(), cache, Optional.empty(), false);
    }

    @Test
    void a401AsksForAToken() {
        always(LIST, 401, Map.of());
        String without = refusal(nobody());
        assertTrue(without.contains("(HTTP 401); check the name, or set HF_TOKEN"), without);
        String with = refusal(hub.settings(cache));
        assertTrue(with.contains("check the name and the token in HF_TOKEN"), with);
        assertEquals(0, hub.waits.size(), "asking again cannot help");
    }

    @Test
    void aGatedModelSaysWhereToAcceptItsConditions() {
        always("/config.json", 403, Map.of("X-Error-Code", "GatedRepo"));
        String message = refusal(nobody());
        assertTrue(message.startsWith("tiny/model/config.json: "), message);
        assertTrue(message.contains("accept its conditions on " + hub.hub.uri() + "/tiny/model"), message);
    }

    @Test
    void whatDoesNotExistIsNamed() {
        always(LIST, 404, Map.of("X-Error-Code", "RepoNotFound"));
        assertTrue(refusal(nobody()).contains("expected a model of this name on " + hub.hub.uri()));
        hub.next("/revision/none", status(404, Map.of("X-Error-Code", "RevisionNotFound")));
        HubException e = assertThrows(
                HubException.class,
                () -> new Pull(nobody(), ModelName.of("tiny/model@none"), List.of(), hub.heard, hub.surroundings())
                        .run());
        assertTrue(String.valueOf(e.getMessage()).contains("expected a revision none, found none"), e.toString());
    }

    @Test
    void aFileThatIsListedAndMissingIsNamed() {
        always("/model.safetensors", 404, Map.of());
        String message = refusal(nobody());
        assertTrue(message.contains("tiny/model/model.safetensors: expected the file that the list names"), message);
    }

    @Test
    void tooManyRequestsWaitAsLongAsTheHubAsks() {
        hub.next(LIST, status(429, Map.of("Retry-After", "17")));
        hub.pull(nobody());
        assertEquals(List.of(Duration.ofSeconds(17)), hub.waits);
    }

    @Test
    void tooManyRequestsForLongSaySo() {
        hub.next(LIST, status(429, Map.of("Retry-After", "86400")));
        String message = refusal(nobody());
        assertTrue(message.contains("wants fewer requests (HTTP 429)"), message);
        assertEquals(List.of(), hub.waits, "nobody waits for a day");
        always("/config.json", 429, Map.of("Retry-After", "soon"));
        String never = refusal(nobody());
        assertTrue(never.contains("wants fewer requests (HTTP 429)"), never);
        assertEquals(Retries.TRIES - 1, hub.waits.size());
    }

    @Test
    void aHubInTroubleIsAskedAgainAndThenLeft() {
        hub.next(LIST, status(500, Map.of()), status(503, Map.of()));
        hub.pull(nobody());
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)), hub.waits);
        always(LIST, 502, Map.of());
        assertTrue(refusal(nobody()).contains("found HTTP 502; it has trouble of its own, try again later"));
    }

    @Test
    void aHostBehindTheHubThatRefusesIsNamed() {
        hub.next(
                "/model.safetensors",
                (request, reply) -> reply.status(302, Map.of("Location", hub.cdn.uri() + "/gone")));
        hub.next("/gone", status(403, Map.of()));
        String message = refusal(nobody());
        assertTrue(message.contains("expected the file from 127.0.0.1, found HTTP 403"), message);
    }

    @Test
    void aHubThatIsNotThereIsASentence() {
        hub.close();
        HubSettings settings = nobody();
        String message = refusal(settings);
        assertTrue(message.contains("no connection could be made"), message);
    }
}
