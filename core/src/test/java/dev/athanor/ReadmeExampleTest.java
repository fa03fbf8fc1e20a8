package dev.athanor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.NextTokens;
import dev.athanor.generate.Sampling;
import dev.athanor.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in the README compiles, runs and is the same text. */
class ReadmeExampleTest {
    @Test
    void theLibraryTrainsAsksAndGenerates(@TempDir Path folder) {
        Path out = folder.resolve("tales");
        // README begin
        var options = new TrainingRun.Options(List.of("tales:seed=1,stories=200"), "tales", 3, 0, 0, 1, 0);
        try (TrainingRun run = TrainingRun.begin(out, options, 2)) {
            run.run(() -> false, progress -> System.out.println(progress.loss()));
        }
        try (LanguageModel model = LanguageModel.open(out, 2)) {
            List<NextTokens> table = model.next("Sarah lies still on the bed, feeling", 5);
            table.forEach(row -> System.out.println(row.text() + " " + row.p()));
            model.generate(GenerationRequest.of("The king", 40, Sampling.of(0.8, 1)), piece -> {
                System.out.print(piece);
                return true; // false stops
            });
        }
        // README end
        assertTrue(Files.isRegularFile(out.resolve("model.safetensors")));
    }

    @Test
    void theReadmeShowsExactlyThisCode() throws IOException {
        List<String> source =
                Files.readAllLines(Path.of("src", "test", "java", "dev", "athanor", "ReadmeExampleTest.java"));
        int begin = source.indexOf("        // README begin");
        int end = source.indexOf("        // README end");
        String readme = Files.readString(Path.of("..", "README.md"));
        List<String> code = source.subList(begin + 1, end).stream()
                .map(line -> line.substring(Math.min(8, line.length())))
                .toList();
        assertFalse(code.isEmpty());
        String shown = readme.substring(readme.indexOf("```java\n") + "```java\n".length());
        assertEquals(String.join("\n", code), shown.substring(0, shown.indexOf("\n```")));
    }
}
