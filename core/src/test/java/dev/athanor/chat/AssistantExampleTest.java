package dev.athanor.chat;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.learned.ByHeart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first example of docs/java.md compiles, runs and is the same text. */
class AssistantExampleTest {
    @Test
    void theExampleAsksAndListens(@TempDir Path folder) throws InterruptedException {
        Path path = folder.resolve("teller");
        Message question = Message.user("Who are you?");
        ByHeart.learn(
                path,
                List.of(new ByHeart.Conversation(
                        List.of(question, Message.assistant("I am a small model.")), List.of())),
                30);
        // example begin
        try (Assistant assistant = Assistant.open(path, 2)) {
            var sampling = SamplerSettings.builder().temperature(0.7).seed(1).build();
            var request = ChatRequest.of(List.of(Message.user("Who are you?")), sampling);
            System.out.println(assistant.ask(request).answer().content());
            var ended = new CountDownLatch(1);
            assistant.ask(request, new ReplyListener() {
                @Override
                public void text(String piece) {
                    System.out.print(piece);
                }

                @Override
                public void done(Reply reply) {
                    System.out.println(reply.usage());
                    ended.countDown();
                }

                @Override
                public void failed(RuntimeException reason) {
                    System.out.println(reason.getMessage());
                    ended.countDown();
                }
            });
            ended.await();
        }
        // example end
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
