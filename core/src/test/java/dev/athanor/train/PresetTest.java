package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.model.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PresetTest {
    private static final String NANO = PresetFiles.write(Preset.named("nano-char"));

    @Test
    void everyPresetParsesAndDescribesAModelAndASchedule() {
        for (String name : Preset.names()) {
            Preset p = Preset.named(name);
            assertTrue(p.modelConfig(5000, 0).layers() > 0, name);
            assertTrue(p.learningRates().at(0.5) > 0, name);
        }
    }

    @Test
    void aPresetWrittenAndReadAgainIsTheSame() {
        for (String name : Preset.names()) {
            Preset p = Preset.named(name);
            assertEquals(p, Preset.parse(PresetFiles.write(p), "copy of " + name));
        }
    }

    @Test
    void aFileIsAPresetToo(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("mine.json");
        Files.writeString(file, "// mine\n" + NANO.replace("0.99", "0.95"));
        assertEquals(0.95, Preset.named(file.toString()).optimizer().beta2());
        assertRefused(
                "found none",
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Preset.named(directory.resolve("other.json").toString())));
        assertRefused(
                "expected one of tales, nano-char",
                assertThrows(IllegalArgumentException.class, () -> Preset.named("nanochar")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "clip" : 1.0      | "clip" : 1.0, "clipp" : 2   | found "clipp"
                    "warmUp"          | "warmup"                    | Missing field 'warmUp'
                    "clip" : 1.0,     | ` `                          | Missing field 'clip'
                    "batch" : 12      | "batch" : "12"              | batch
                    "batch" : 12      | "batch" : 12.5              | 12.5
                    "batch" : 12      | "batch" : null              | batch
                    "batch" : 12      | "batch" : 0                 | expected batch of at least 1, found 0
                    "batch" : 12      | "batch" : 12, "batch" : 13  | batch
                    "gpt2"            | "gpt3"                      | expected model family gpt2 or qwen3, found "gpt3"
                    "adamw"           | "adam"                      | expected optimizer kind adamw or muon, found "adam"
                    "cosine"          | "linear"                    | expected schedule kind cosine or trapezoid, found "linear"
                    "char"            | "bpe"                       | expected tokenizer vocabulary above its 256 bytes, found 0
                    "momentum" : 0.0  | "momentum" : 0.9            | which has no use for them
                    "headSize" : 32   | "headSize" : 16             | GPT-2 with kvHeads = heads and heads * headSize = width
                    "dropout" : 0.0   | "dropout" : 1.0             | expected model dropout in [0, 1), found 1.0
                    "warmUp" : 0.05   | "warmUp" : 1.5              | expected warmUp between 0 and 1, found 1.5
                    "steps" : 2000    | "steps" : 0                 | a budget of either steps or minutes above 0
                    "beta2" : 0.99    | "beta2" : 1.0               | beta1 and beta2 in [0, 1)
                    "layers" : 4      | "layers" : 0                | expected layers >= 1, found 0
                    """)
    void aWrongRecipeIsRefusedInOneSentence(String from, String to, String expected) {
        assertTrue(NANO.contains(from), from + " in " + NANO);
        String json = NANO.replace(from, to);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Preset.parse(json, "mine.json"));
        assertRefused(expected, e);
        assertRefused("preset mine.json: ", e);
        assertTrue(!String.valueOf(e.getMessage()).contains("dev.athanor"), "names no class: " + e.getMessage());
    }

    private static void assertRefused(String expected, Exception e) {
        assertTrue(
                String.valueOf(e.getMessage()).contains(expected),
                "expected \"" + expected + "\" in \"" + e.getMessage() + "\"");
    }

    @Test
    void parametersAndWorkOfNanoGptsRecipeAreTheKnownNumbers() {
        var config = Preset.named("nano-char").modelConfig(65, -1);
        // nanoGPT counts 804,096 without biases. Ours has GPT-2's: per layer 384 + 128 + 512 + 128 and two norms of
        // 128, and a last norm.
        assertEquals(
                804_096 + 4 * (384 + 128 + 512 + 128 + 256) + 128,
                Parameters.zeros(config).count());
        // 6 · (4 layers · 12 · 128² + head 65 · 128) + 12 · 4 · 4 · 32 · 64: look-ups and norms are no products.
        assertEquals(6.0 * (4 * 12 * 128 * 128 + 65 * 128) + 12.0 * 4 * 4 * 32 * 64, Flops.perToken(config, 64));
    }

    @Test
    void workOfGpt2IsThePublishedNumber() {
        // 855,166,464 counts norms and biases of the blocks too (0.1 %); the rule counts matrices.
        double found = Flops.perToken(Preset.named("gpt2-124m").modelConfig(50257, -1), 1024);
        assertEquals(855_166_464.0, found, 1e-3 * 855_166_464.0);
    }
}
