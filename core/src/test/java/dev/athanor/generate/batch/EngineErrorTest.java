package dev.athanor.generate.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.kernel.Compute;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Errors of the machine end the texts they meet, in a sentence, and not the engine. */
class EngineErrorTest {
    private static TextRequest request(int seed, int most) {
        SamplerSettings sampling =
                SamplerSettings.builder().temperature(1).seed(seed).build();
        return new TextRequest(
                new int[] {1, 2, 3}, most, sampling, List.of(), Set.of(), true, Optional.empty(), -1, false, true);
    }

    @Test
    void anErrorInOneTextEndsItWithItsCauseAndNoOther() {
        Tokenizer tokenizer = Heard.tokenizer();
        try (Compute compute = Compute.create(2)) {
            Engine engine = new Engine(Heard.model(tokenizer, compute), tokenizer, List.of(), EngineLimits.DEFAULT);
            assertTrue(engine.alive());
            for (Error error : List.of(new OutOfMemoryError("a test's"), new StackOverflowError())) {
                Heard other = new Heard();
                engine.submit(request(1, 40), other);
                Heard bad = new Heard() {
                    @Override
                    public void token(Spoken token) {
                        throw error;
                    }
                };
                engine.submit(request(2, 10), bad);
                CompletionException end = assertThrows(CompletionException.class, bad::await);
                EngineFailedException reason = assertInstanceOf(EngineFailedException.class, end.getCause());
                String sentence = String.valueOf(reason.getMessage());
                assertTrue(sentence.contains(error.getClass().getSimpleName()), sentence);
                assertEquals(40, other.await().usage().completionTokens());
            }
            assertTrue(engine.drain(Duration.ofSeconds(30)));
            assertEquals(0, engine.stats().active());
            engine.close();
            assertFalse(engine.alive());
        }
    }

    /** See {@link ScarceMemory}, which runs out of memory in earnest. */
    @Test
    void anEngineThatRanOutOfMemoryGoesOnServing() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Xmx" + ScarceMemory.MEBIBYTES + "m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScarceMemory.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it did not end in a minute");
        List<String> lines = out.lines().toList();
        assertEquals(4, lines.size(), out);
        assertEquals("small: 5 tokens", lines.get(0));
        assertTrue(lines.get(1).startsWith("large: the engine ran out of memory while this text was written"), out);
        assertTrue(lines.get(1).contains("OutOfMemoryError: Java heap space"), out);
        assertEquals("small again: the same tokens", lines.get(2));
        assertEquals("alive: true", lines.get(3));
    }
}
