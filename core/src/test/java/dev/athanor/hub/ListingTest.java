package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The list of files comes from a stranger. */
class ListingTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path cache;

    private final FakeHub hub = new FakeHub();

    @AfterEach
    void close() {
        hub.close();
    }

    private String refusalOf(String list, String... include) {
        hub.next(
                "/revision/main", (request, reply) -> reply.send(200, Map.of(), list.getBytes(StandardCharsets.UTF_8)));
        return String.valueOf(assertThrows(
                        HubException.class,
                        () -> hub.pull(cache, include),
                        list.substring(0, Math.min(200, list.length())))
                .getMessage());
    }

    private static String withFile(String name) {
        return "{\"sha\": \"" + FakeHub.COMMIT + "\", \"siblings\": [{\"rfilename\": "
                + new JsonMapper().writeValueAsString(name) + "}]}";
    }

    static Stream<String> hostileNames() {
        return Stream.of(
                "",
                "/etc/passwd",
                "//host/share/x.safetensors",
                "../x.safetensors",
                "../../../../x.safetensors",
                "a/../../x.safetensors",
                "a/..",
                "..",
                ".",
                "./x.safetensors",
                "a/./x.safetensors",
                "a//x.safetensors",
                "a/",
                "..\\x.safetensors",
                "a\\b.safetensors",
                "C:x.safetensors",
                "C:/x.safetensors",
                "c:\\x.safetensors",
                "x\u0000.safetensors",
                "x\n.safetensors",
                "x\u001b[2J.safetensors",
                "x\u007f.safetensors",
                "x\u0085.safetensors",
                "x\u202egnp.safetensors",
                "x\u200b.safetensors",
                "x\u2028.safetensors",
                "con.safetensors",
                "NUL",
                "a/aux.json",
                "x.safetensors.",
                "x.safetensors ",
                "x".repeat(256) + ".safetensors",
                "é".repeat(128) + ".safetensors",
                "a/".repeat(600) + "x.safetensors");
    }

    @ParameterizedTest
    @MethodSource("hostileNames")
    void aHostileNameIsRefusedBeforeAnythingIsFetched(String name) throws IOException {
        String message = refusalOf(withFile(name), "*");
        assertTrue(message.contains("expected plain relative file names, found "), message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        assertEquals(List.of(), hub.hub.requests("GET", "/resolve/"));
        try (Stream<Path> files = Files.list(cache)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"model.safetensors", "a/b/c.json", ".gitattributes", "..x", "x..y", "a b/ä.md", "日本語.txt", "ab:c"
            })
    void anOrdinaryNameIsNot(String name) {
        assertTrue(RemoteName.fault(name).isEmpty(), name + ": " + RemoteName.fault(name));
    }

    @Test
    void anOddNameThatIsNotWantedHarmsNobody() {
        hub.files.put("images/aux.png", new byte[] {1});
        hub.files.put("a dot.", new byte[] {1});
        assertEquals(3, hub.pull(cache).files().size());
    }

    @Test
    void everyListCutShortIsRefused() {
        String list = hub.list();
        for (int i = 0; i < list.length(); i++) {
            byte[] cut = Arrays.copyOf(list.getBytes(StandardCharsets.UTF_8), i);
            assertThrows(HubException.class, () -> Listing.read(cut, "tiny/model"), "cut at " + i);
        }
        assertEquals(
                3,
                Listing.read(list.getBytes(StandardCharsets.UTF_8), "tiny/model")
                        .files()
                        .size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "<html>sign in</html>",
                "{}",
                "{\"sha\": 3, \"siblings\": []}",
                "{\"sha\": \"main\", \"siblings\": []}",
                "{\"sha\": \"../../../../../../../../../../../../../x\", \"siblings\": []}",
                "{\"siblings\": []}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\"}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": {}}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [3]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": 7}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": \"a\", \"size\": -1}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": \"a\", \"size\": 1.5}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": \"a\", \"size\": 99999999999999999999}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": \"a\", \"blobId\": \"../x\"}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": \"a\", \"lfs\": {\"sha256\": \"x\"}}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": \"a\"}, {\"rfilename\": \"a\"}]}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"sha\": \"x\", \"siblings\": []}",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": []} x",
                "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": []} {}"
            })
    void aListThatIsNoListIsRefusedInOneSentence(String list) {
        String message = refusalOf(list);
        assertTrue(message.startsWith("tiny/model: expected "), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void deepNestingIsRefused() {
        assertTrue(refusalOf("{\"x\": " + "[".repeat(100_000)).contains("expected the list of files as JSON"));
    }

    @Test
    void aListWithoutEndIsLeft() {
        byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
        hub.next("/revision/main", (request, reply) -> {
            reply.head(200, Map.of());
            while (true) { // until the client goes
                reply.body(spaces, 0, spaces.length);
            }
        });
        HubException e = assertThrows(HubException.class, () -> hub.pull(cache));
        assertTrue(String.valueOf(e.getMessage()).contains("at most 20000000 bytes"), e.toString());
    }

    @Test
    void tooManyFilesAreRefused() {
        StringBuilder json = new StringBuilder("{\"sha\": \"" + FakeHub.COMMIT + "\", \"siblings\": [");
        for (int i = 0; i <= Listing.MOST_FILES; i++) {
            json.append(i == 0 ? "" : ",").append("{\"rfilename\":\"").append(i).append("\"}");
        }
        assertTrue(refusalOf(json.append("]}").toString()).contains("at most 100000 files, found more"));
    }

    @Test
    void onlyWhatAModelIsReadFromIsFetched() {
        for (String name : List.of(
                "README.md",
                "pytorch_model.bin",
                "modeling_x.py",
                "onnx/model.safetensors",
                "m.gguf",
                "consolidated.safetensors",
                "generation_config.json")) {
            hub.files.put(name, new byte[] {1});
        }
        List<String> names =
                hub.pull(cache).files().stream().map(PulledFile::name).toList();
        assertEquals(List.of("config.json", "tokenizer.json", "model.safetensors", "generation_config.json"), names);
    }

    @Test
    void shardsComeWithTheirIndex() {
        hub.files.remove("model.safetensors");
        for (String name : List.of(
                "model.safetensors.index.json",
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "consolidated.safetensors")) {
            hub.files.put(name, new byte[] {1});
        }
        assertEquals(5, hub.pull(cache).files().size());
    }

    @Test
    void ggufComesWhenAskedFor() {
        hub.files.put("a-Q4_K_M.gguf", new byte[] {1});
        hub.files.put("b/a-Q8_0.gguf", new byte[] {2});
        List<String> names = hub.pull(cache, "*Q8_0.gguf", "*.nothing").files().stream()
                .map(PulledFile::name)
                .toList();
        assertEquals(List.of("b/a-Q8_0.gguf"), names);
        assertTrue(Files.isSymbolicLink(
                cache.resolve("models--tiny--model/snapshots/" + FakeHub.COMMIT + "/b/a-Q8_0.gguf")));
        assertTrue(Files.isRegularFile(
                cache.resolve("models--tiny--model/snapshots/" + FakeHub.COMMIT + "/b/a-Q8_0.gguf")));
    }

    @Test
    void aRepositoryOfPicklesOrGgufSaysWhatToDo() {
        hub.files.remove("model.safetensors");
        hub.files.put("pytorch_model.bin", new byte[] {1});
        hub.files.put("modeling_x.py", new byte[] {1});
        HubException pickles = assertThrows(HubException.class, () -> hub.pull(cache));
        assertTrue(String.valueOf(pickles.getMessage()).contains("found only pickles such as pytorch_model.bin"));
        HubException code = assertThrows(HubException.class, () -> hub.pull(cache, "*.py"));
        assertTrue(String.valueOf(code.getMessage()).contains("never fetched because they can hold code"));
        HubException none = assertThrows(HubException.class, () -> hub.pull(cache, "*.GGUF"));
        assertTrue(String.valueOf(none.getMessage()).contains("found none among 4 files"));
        hub.files.put("m.gguf", new byte[] {1});
        HubException gguf = assertThrows(HubException.class, () -> hub.pull(cache));
        assertTrue(String.valueOf(gguf.getMessage()).contains("choose one with --include"));
        assertFalse(Files.exists(cache.resolve("models--tiny--model")));
    }

    @Test
    void globsMatchAsInPython() {
        assertTrue(Wanted.matches("*.gguf", "a/b.gguf"));
        assertTrue(Wanted.matches("a?c*", "abcdef"));
        assertTrue(Wanted.matches("**", ""));
        assertFalse(Wanted.matches("", "a"));
        assertFalse(Wanted.matches("a", "ab"));
        assertFalse(Wanted.matches("*b", "bbba"));
        // Takes an age where every star is tried everywhere.
        assertFalse(Wanted.matches("*a".repeat(500) + "b", "a".repeat(1000)));
    }
}
