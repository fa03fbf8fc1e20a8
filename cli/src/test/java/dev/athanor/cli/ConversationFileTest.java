package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations in files, and what is left when one forgets. */
class ConversationFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private static final List<Message> ALL = List.of(
            Message.system("s"),
            Message.user("one\n\"two\" \u001b €"),
            new Message(Speaker.ASSISTANT, "", List.of(new ToolCall("1", "add", "{\"a\":1}")), ""),
            Message.tool("1", "2"),
            Message.assistant("three"),
            Message.user("four"));

    @Test
    void whatIsSavedIsLoadedAgain() {
        Path file = folder.resolve("a file.json");
        ConversationFile.save(file, ALL, false);
        assertEquals(ALL, ConversationFile.load(file));
    }

    @Test
    void aFileThatIsThereIsReplacedOnlyWhenAsked() throws IOException {
        Path file = Files.writeString(folder.resolve("c.json"), "mine");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ConversationFile.save(file, ALL, false));
        assertTrue(String.valueOf(e.getMessage()).contains("/save! replaces it"), String.valueOf(e.getMessage()));
        assertEquals("mine", Files.readString(file));
        ConversationFile.save(file, ALL, true);
        assertEquals(ALL, ConversationFile.load(file));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList(), "nothing else is left");
        }
    }

    @Test
    void aFolderThatIsMissingIsNamed() {
        Path missing = folder.toAbsolutePath().resolve("missing");
        for (boolean over : new boolean[] {false, true}) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> ConversationFile.save(missing.resolve("c.json"), ALL, over));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("expected a folder " + missing + ", found none"),
                    String.valueOf(e.getMessage()));
        }
    }

    @Test
    void aFileThatHoldsNoConversationIsRefusedWithThePlace() throws IOException {
        Map<String, String> wrong = Map.of(
                "{\"messages\": 3}",
                "messages: expected a list, found 3",
                "{}",
                "messages: expected a list, found nothing",
                "{\"messages\": [{\"role\": \"pope\", \"content\": \"\"}]}",
                "messages[0].role: expected system",
                "{\"messages\": [{\"role\": \"user\"}]}",
                "messages[0].content: expected a text, found nothing",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]}",
                "expected parts of type text",
                "{\"messages\": [], \"messages\": []}",
                "found text that is none",
                "{\"messages\": ",
                "found text that is none",
                "[".repeat(1000),
                "found text that is none");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            Path file = Files.writeString(folder.resolve("wrong.json"), each.getKey());
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> ConversationFile.load(file), each.getKey());
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains(each.getValue()), "expected " + each.getValue() + " in " + message);
            assertEquals(1, message.lines().count(), message);
        }
    }

    @Test
    void theOldestQuestionsGoWithAllThatFollowedThemAndTheSystemTextStays() {
        Conversation conversation = new Conversation();
        conversation.set(ALL);
        assertEquals(ALL, conversation.without(0));
        assertEquals(List.of(ALL.get(0), ALL.get(5)), conversation.without(1));
        assertEquals(List.of(ALL.get(0)), conversation.without(2));
        conversation.system("");
        assertEquals(List.of(ALL.get(5)), conversation.without(1));
    }
}
