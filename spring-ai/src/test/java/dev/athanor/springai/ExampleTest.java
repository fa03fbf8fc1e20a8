package dev.athanor.springai;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The Spring AI part of docs/java.md compiles, runs and is the same text. */
class ExampleTest {
    @Test
    void theExampleAsksAndStreams() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ToolCallingAutoConfiguration.class, AthanorAutoConfiguration.class))
                .withPropertyValues("athanor.model=" + Learned.model(), "athanor.chat.options.temperature=0")
                .run(context -> {
                    Asker asker = new Asker(context.getBean(ChatModel.class));
                    assertTrue(asker.ask("What is the capital of Germany?").contains("Berlin"));
                });
    }

    // example begin
    record Asker(ChatModel model) {
        String ask(String question) {
            model.stream(question).toStream().forEach(System.out::print);
            return String.valueOf(
                    ChatClient.create(model).prompt(question).call().content());
        }
    }
    // example end

    @Test
    void thePageShowsExactlyThisCode() throws IOException {
        List<String> source =
                Files.readAllLines(Path.of("src", "test", "java", "dev", "athanor", "springai", "ExampleTest.java"));
        List<String> code =
                source.subList(source.indexOf("    // example begin") + 1, source.indexOf("    // example end"));
        String shown = String.join(
                "\n",
                code.stream()
                        .map(line -> line.substring(Math.min(4, line.length())))
                        .toList());
        String page = Files.readString(Path.of("..", "docs", "java.md"));
        assertTrue(page.contains("```java\n" + shown + "\n```"), "docs/java.md should show: " + shown);
    }
}
