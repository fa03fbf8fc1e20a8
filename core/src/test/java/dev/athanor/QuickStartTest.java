package dev.athanor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Sampling;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MatrixChoice;
import dev.athanor.model.RunOptions;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.TokenizerFormatException;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model opened for a quick first word writes what it always writes. */
class QuickStartTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");
    private static final int PATIENCE_MILLIS = 120_000;

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "qwen3"})
    void theBitsAreTheSameBeforeAndAfterTheFastKernelsTakeOver(String name) throws InterruptedException {
        int[] prompt = {3, 10, 17, 24, 31, 5, 12};
        try (OpenModel model = Checkpoint.open(PARITY.resolve(name));
                Compute usual = Compute.create(2);
                Compute quick = Compute.quick(2, MatrixChoice.VECTOR)) {
            Transformer expected = new Transformer(model.parameters(), usual);
            Transformer found = new Transformer(model.parameters(), quick);
            assertSame(expected, found, prompt);
            String before = quick.kernels().name();
            quick.warmUp();
            for (int waited = 0; quick.kernels().name().equals(before) && waited < PATIENCE_MILLIS; waited += 10) {
                assertSame(expected, found, prompt); // also in the moment of the change
                Thread.sleep(10);
            }
            assertEquals(usual.kernels().name(), quick.kernels().name());
            if (!usual.kernels().name().equals("scalar")) {
                assertNotEquals(before, quick.kernels().name());
            }
            assertSame(expected, found, prompt);
        }
    }

    @Test
    void longWorkHasTheFastestKernelsAtOnce() {
        try (Compute usual = Compute.create(1);
                Compute quick = Compute.quick(1, MatrixChoice.VECTOR)) {
            assertEquals("scalar", quick.kernels().name());
            quick.hurry();
            assertEquals(usual.kernels().name(), quick.kernels().name());
        }
    }

    private static void assertSame(Transformer expected, Transformer found, int[] prompt) {
        for (int[] tokens : List.of(prompt, new int[] {7})) {
            assertArrayEquals(
                    expected.nextLogits(tokens, expected.newCache(8)).toArray(),
                    found.nextLogits(tokens, found.newCache(8)).toArray(),
                    tokens.length + " tokens");
        }
    }

    @Test
    void aTextIsTheSameHoweverTheModelWasOpened(@TempDir Path folder) {
        model(folder);
        GenerationRequest request = GenerationRequest.of("The king", 12, Sampling.of(0.9, 5));
        try (LanguageModel usual = LanguageModel.open(folder, 2);
                LanguageModel quick = LanguageModel.openQuickly(folder, RunOptions.of(2))) {
            String expected = usual.generate(request, piece -> true).text();
            assertEquals(expected, quick.generate(request, piece -> true).text());
            assertEquals(expected, quick.generate(request, piece -> true).text());
        }
    }

    @Test
    void aDamagedTokenizerIsRefusedThoughItIsReadBeside(@TempDir Path folder) throws IOException {
        model(folder);
        Files.writeString(folder.resolve("tokenizer.json"), "{");
        assertThrows(TokenizerFormatException.class, () -> LanguageModel.openQuickly(folder, RunOptions.of(2)));
    }

    private static void model(Path folder) {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(5, 20).forEach(learner::feed);
        BpeTokenizer tokenizer = learner.learn(300, List.of(BpeTokenizer.END_OF_TEXT));
        Checkpoint.save(
                folder,
                Initializer.initialize(Preset.named("tales").modelConfig(300, tokenizer.endOfText()), 0.02, 1),
                Optional.of(TokenizerJson.write(tokenizer)));
    }
}
