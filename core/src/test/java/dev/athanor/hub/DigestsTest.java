package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hashes are those of git and of FIPS 180-4. */
class DigestsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void hashesAgreeWithGitAndWithTheStandard() throws IOException {
        // printf 'hello\n' | git hash-object --stdin
        Path hello = Files.writeString(folder.resolve("hello"), "hello\n");
        assertEquals("ce013625030ba8dba906f756967f9e9ca394464a", Digests.of(hello, "0".repeat(40)));
        // The first example of FIPS 180-4 for SHA-256.
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digests.of(abc, "0".repeat(64)));
    }
}
