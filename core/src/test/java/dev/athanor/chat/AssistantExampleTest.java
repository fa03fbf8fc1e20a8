package dev.athanor.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.learned.ByHeart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first example of docs/java.md compiles, runs and is the same text. */
class AssistantExampleTest {
    private static final Message QUESTION = Message.user("Who are you?");

    private static Path teller(Path folder) {
        Path path = folder.resolve("teller");
        ByHeart.learn(
                path,
                List.of(new ByHeart.Conversation(
                        List.of(QUESTION, Message.assistant("I am a small model.")), List.of())),
                30);
        return path;
    }

    @Test
    void theExampleAsksAndListens(@TempDir Path folder) {
        Path path = teller(folder);
        // example begin
        try (Assistant assistant = Assistant.open(path, 2)) {
            var sampling = SamplerSettings.builder().temperature(0.7).seed(1).build();
            var request = ChatRequest.of(List.of(Message.user("Who are you?")), sampling);
            System.out.println(assistant.ask(request).answer().content());
            Reply heard = assistant.ask(request, System.out::print); // piece by piece
            System.out.println(heard.usage());
        }
        // example end
    }

    @Test
    void aListenerThatThrowsEndsTheAnswer(@TempDir Path folder) {
        Path path = teller(folder);
        try (Assistant assistant = Assistant.open(path, 2)) {
            StringBuilder heard = new StringBuilder();
            Thread asks = Thread.currentThread();
            ChatRequest request = ChatRequest.of(
                    List.of(QUESTION), SamplerSettings.builder().temperature(0).build());
            Reply reply = assistant.ask(request, piece -> {
                assertEquals(asks, Thread.currentThread());
                heard.append(piece);
            });
            assertEquals(reply.answer().content(), heard.toString());
            IllegalStateException full = new IllegalStateException("full");
            assertSame(
                    full,
                    assertThrows(
                            IllegalStateException.class,
                            () -> assistant.ask(request, piece -> {
                                throw full;
                            })));
            assertEquals(reply.answer(), assistant.ask(request).answer());
        }
    }

    @Test
    void thePageShowsExactlyThisCode() throws IOException {
        List<String> source = Files.readAllLines(
                Path.of("src", "test", "java", "dev", "athanor", "chat", "AssistantExampleTest.java"));
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
}
