package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment means what it means to Python's huggingface_hub. */
class HubSettingsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path home;

    private Path cache(Map<String, String> environment) {
        return HubSettings.of(environment, home).cache();
    }

    @Test
    void anEmptyEnvironmentIsThePublicHubAndTheCacheInTheHome() {
        HubSettings settings = HubSettings.of(Map.of(), home);
        assertEquals(URI.create("https://huggingface.co"), settings.endpoint());
        assertEquals(home.resolve(".cache/huggingface/hub"), settings.cache());
        assertEquals(Optional.empty(), settings.token());
        assertFalse(settings.offline());
    }

    @Test
    void theNearestVariableNamesTheCache() {
        assertEquals(Path.of("/x/huggingface/hub"), cache(Map.of("XDG_CACHE_HOME", "/x")));
        assertEquals(Path.of("/h/hub"), cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h")));
        assertEquals(Path.of("/c"), cache(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c")));
        assertEquals(Path.of("/o"), cache(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/o")));
        assertEquals(home.resolve("m/hub"), cache(Map.of("HF_HOME", "~/m")));
        assertEquals(home.resolve(".cache/huggingface/hub"), cache(Map.of("HF_HOME", "", "HF_HUB_CACHE", " ")));
    }

    @Test
    void theTokenComesFromTheVariableOrElseFromTheFileOfTheLogin() throws IOException {
        Path file = Files.createDirectories(home.resolve(".cache/huggingface")).resolve("token");
        Files.writeString(file, "hf_file\n");
        assertEquals(Optional.of("hf_file"), HubSettings.of(Map.of(), home).token());
        assertEquals(
                Optional.of("hf_variable"),
                HubSettings.of(Map.of("HF_TOKEN", " hf_variable\n"), home).token());
        Path other = Files.writeString(home.resolve("t"), "hf_other");
        assertEquals(
                Optional.of("hf_other"),
                HubSettings.of(Map.of("HF_TOKEN_PATH", other.toString()), home).token());
        Files.writeString(file, "x".repeat(10_000));
        assertEquals(Optional.empty(), HubSettings.of(Map.of(), home).token());
    }

    @Test
    void theTokenIsNeverPrinted() {
        HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", "hf_secret"), home);
        assertFalse(settings.toString().contains("hf_secret"), settings.toString());
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> HubSettings.of(Map.of("HF_TOKEN", "hf_se\ncret"), home));
        assertFalse(String.valueOf(e.getMessage()).contains("cret"), e.toString());
    }

    @Test
    void offlineIsWhatPythonTakesForTrue() {
        for (String yes : new String[] {"1", "true", "TRUE", "yes", "on"}) {
            assertTrue(HubSettings.of(Map.of("HF_HUB_OFFLINE", yes), home).offline(), yes);
        }
        for (String no : new String[] {"0", "", "false", "no"}) {
            assertFalse(HubSettings.of(Map.of("HF_HUB_OFFLINE", no), home).offline(), no);
        }
        assertTrue(HubSettings.of(Map.of("TRANSFORMERS_OFFLINE", "1"), home).offline());
    }

    @Test
    void theEndpointLosesItsSlash() {
        assertEquals(
                URI.create("https://hf.example/mirror"),
                HubSettings.of(Map.of("HF_ENDPOINT", "https://hf.example/mirror/"), home)
                        .endpoint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "huggingface.co",
                "ftp://x",
                "file:///x",
                "https://",
                "https://u:p@x",
                "https://x?y",
                "https://x#y",
                "a b"
            })
    void anEndpointThatIsNoWebAddressIsRefused(String endpoint) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> HubSettings.of(Map.of("HF_ENDPOINT", endpoint), home));
        assertTrue(String.valueOf(e.getMessage()).startsWith("HF_ENDPOINT: expected a web address"), e.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "a/b/c",
                "/a",
                "a/",
                "a/b@",
                "../x",
                "a/..",
                "a/.b",
                "-a/b",
                "a/b--c",
                "a/b@../main",
                "a/b@x/../y",
                "a/b@/x",
                "a/b@x//y",
                "a/b@-x",
                "a b/c",
                "a/b\\c",
                "a/b@x\ny",
                "a/b@@"
            })
    void whatIsNoNameOfAModelIsRefused(String text) {
        assertEquals(Optional.empty(), ModelName.parse(text));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ModelName.of(text));
        assertTrue(String.valueOf(e.getMessage()).startsWith("expected a model as ORG/NAME"), e.toString());
    }

    @Test
    void namesAndRevisionsAreTakenApart() {
        assertEquals(new ModelName("Qwen", "Qwen3-0.6B", "main"), ModelName.of("Qwen/Qwen3-0.6B"));
        assertEquals(new ModelName("a_b", "c.d", "refs/pr/1"), ModelName.of("a_b/c.d@refs/pr/1"));
    }
}
