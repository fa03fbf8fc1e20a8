package dev.athanor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.SaveOptions;
import dev.athanor.checkpoint.gguf.QuantisedCopy;
import dev.athanor.checkpoint.gguf.RowsWriter;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.NextTokens;
import dev.athanor.generate.Sampling;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import dev.athanor.train.TrainingRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LanguageModelTest {
    private static final String PROMPT = "Sarah lies still on the bed, feeling";

    @TempDir
    static Path room;

    @BeforeAll
    static void trainAModel() throws IOException {
        var options = new TrainingRun.Options(List.of("tales:seed=1,stories=200"), "tales", 3, 0, 0, 1, 0);
        Path run = room.resolve("F32");
        try (TrainingRun training = TrainingRun.begin(run, options, 2)) {
            training.run(() -> false, progress -> {});
        }
        Parameters parameters = Checkpoint.load(run);
        Optional<String> tokenizer = Optional.of(Files.readString(run.resolve("tokenizer.json")));
        for (DType type : List.of(DType.BF16, DType.F16)) {
            Checkpoint.save(
                    room.resolve(type.name()), parameters, tokenizer, new SaveOptions(type, 1L << 30, Map.of()));
        }
    }

    /** Weights of 16 bits run as they are and give what the same numbers in memory give. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void aMappedModelSaysWhatTheModelInMemorySays(DType type, @TempDir Path copy) throws IOException {
        Path directory = room.resolve(type.name());
        Path widened = copy.resolve("widened");
        Checkpoint.save(
                widened,
                Checkpoint.load(directory),
                Optional.of(Files.readString(directory.resolve("tokenizer.json"))));
        try (LanguageModel mapped = LanguageModel.open(directory, 2);
                LanguageModel wide = LanguageModel.open(widened, 2)) {
            assertEquals(wide.next(PROMPT, 20), mapped.next(PROMPT, 20));
            GenerationRequest request = GenerationRequest.of(PROMPT, 60, Sampling.of(0.8, 7));
            assertEquals(
                    wide.generate(request, piece -> true).text(),
                    mapped.generate(request, piece -> true).text());
        }
    }

    @Test
    void severalModelsAreOpenAtOnceAndClosingOneLeavesTheOthers() {
        List<NextTokens> expected;
        LanguageModel first = LanguageModel.open(room.resolve("BF16"), 1);
        try (LanguageModel second = LanguageModel.open(room.resolve("BF16"), 1);
                LanguageModel third = LanguageModel.open(room.resolve("F32"), 1)) {
            expected = first.next(PROMPT, 5);
            assertEquals(expected, second.next(PROMPT, 5));
            first.close();
            assertEquals(expected, second.next(PROMPT, 5));
            assertEquals(5, third.next(PROMPT, 5).size());
        }
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> first.next(PROMPT, 5));
        assertTrue(String.valueOf(e.getMessage()).contains("this model is closed; open it again"), e.getMessage());
    }

    /** In a process of its own, since what must not happen is that the process dies. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void aFileCutShortWhileItsModelSpeaksGivesOneSentence(DType type, @TempDir Path folder) throws Exception {
        copy(type, folder);
        requireOneSentence(folder, folder.resolve("model.safetensors"));
    }

    /** The same of rows that lie beside the model: kernels read nothing else then. */
    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0"})
    void rowsCutShortWhileTheirModelSpeaksGiveOneSentence(DType type, @TempDir Path folder) throws Exception {
        copy(DType.F32, folder);
        Path model = QuantisedCopy.of(folder, type, progress -> {}).file();
        requireOneSentence(model, RowsWriter.file(model));
    }

    private static void copy(DType type, Path folder) throws IOException {
        for (String name : List.of("config.json", "generation_config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(room.resolve(type.name()).resolve(name), folder.resolve(name));
        }
    }

    private static void requireOneSentence(Path model, Path cut) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShrunkModel.class.getName(),
                        model.toString(),
                        cut.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process did not end");
        assertEquals(
                model
                        + ": expected its files to stay as they were when the model was opened, found one cut short; do not"
                        + " change a model while it is open\n",
                said);
        assertEquals(0, process.exitValue());
    }
}
