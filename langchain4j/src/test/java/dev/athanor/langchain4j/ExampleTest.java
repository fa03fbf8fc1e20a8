package dev.athanor.langchain4j;

import static dev.langchain4j.model.LambdaStreamingResponseHandler.onPartialResponseBlocking;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.embedding.Embedding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The LangChain4j part of docs/java.md compiles, runs and is the same text. */
class ExampleTest {
    @Test
    void theExampleAnswersAndStreams() throws InterruptedException {
        Path path = Learned.model();
        // example begin
        try (var model =
                AthanorChatModel.builder().modelPath(path).temperature(0).build()) {
            System.out.println(model.chat("What is the capital of Germany?"));
            var streaming = AthanorStreamingChatModel.builder()
                    .assistant(model.assistant()) // the same open model
                    .build();
            onPartialResponseBlocking(streaming, "Tell me a long story about animals", System.out::print);
        }
        // example end
    }

    @Test
    void thePageShowsExactlyThisCode() throws IOException {
        List<String> source =
                Files.readAllLines(Path.of("src", "test", "java", "dev", "athanor", "langchain4j", "ExampleTest.java"));
        List<String> code = source.subList(
                source.indexOf("        // example begin") + 1, source.indexOf("        // example end"));
        String shown = String.join(
                "\n",
                code.stream()
                        .map(line -> line.substring(Math.min(8, line.length())))
                        .toList());
        String page = Files.readString(Path.of("..", "docs", "java.md"));
        assertTrue(page.contains("```java\n" + shown + "\n```"), "docs/java.md should show: " + shown);
    }

    @Test
    void embeddingsHaveTheWidthOfTheModelAndLengthOne() {
        AthanorEmbeddingModel model =
                AthanorEmbeddingModel.builder().assistant(Learned.assistant()).build();
        var response = model.embed("What is the capital of Germany?");
        Embedding embedding = response.content();
        assertEquals(model.dimension(), embedding.dimension());
        double length = 0;
        for (float f : embedding.vector()) {
            length += f * f;
        }
        assertEquals(1, length, 1e-4);
        assertTrue(Objects.requireNonNull(response.tokenUsage()).inputTokenCount() > 0);
        assertEquals("learned", model.modelName());
    }
}
