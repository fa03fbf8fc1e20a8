package dev.athanor.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatFileTest {
    @TempDir
    Path folder;

    private List<Conversation> read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("chats.jsonl"), text);
        List<Conversation> list = new ArrayList<>();
        ChatFile.read(file, list::add);
        return list;
    }

    @Test
    void openAisShapeIsReadWithToolsAndCalls() throws IOException {
        List<Conversation> list = read("""
                {"id": 7, "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}, {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "time", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "a", "content": "noon"}, {"role": "assistant", "content": "It is noon."}], "tools": [{"type": "function", "function": {"name": "time", "description": "The time", "parameters": {"type": "object"}}}]}

                {"messages": [{"role": "user", "content": "größe 😀"}, {"role": "assistant", "content": "é"}]}
                """);
        assertEquals(2, list.size());
        Conversation first = list.getFirst();
        assertEquals(
                List.of(Speaker.SYSTEM, Speaker.USER, Speaker.ASSISTANT, Speaker.TOOL, Speaker.ASSISTANT),
                first.messages().stream().map(Message::speaker).toList());
        assertEquals("time", first.messages().get(2).calls().getFirst().name());
        assertEquals("a", first.messages().get(3).callId());
        assertEquals("{\"type\":\"object\"}", first.tools().getFirst().parameters());
        assertEquals("größe 😀", list.get(1).messages().getFirst().content());
        assertTrue(list.get(1).origin().endsWith("chats.jsonl:3"), list.get(1).origin());
    }

    @Test
    void shareGptsShapeIsRead() throws IOException {
        List<Conversation> list = read(
                "\uFEFF"
                        + "{\"system\": \"S\", \"conversations\": [{\"from\": \"human\", \"value\": \"Q\"}, {\"from\": \"gpt\", \"value\": \"A\"}]}\n");
        assertEquals(
                List.of(Message.system("S"), Message.user("Q"), Message.assistant("A")),
                list.getFirst().messages());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | one of \"messages\"",
                "[1] | a JSON object",
                "{\"messages\": [] } | messages to be a list with something in it",
                "{\"messages\": [{\"role\": \"user\"}]} | messages[0].content to be a text",
                "{\"messages\": [{\"role\": \"bot\", \"content\": \"x\"}]} | messages[0].role to be one of",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]} | in which the assistant says something",
                "{\"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]} | begins with a user",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"wisdom\": 1}]} | found \"wisdom\"",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"lesson\": 1} | found \"lesson\"",
                "{\"conversations\": [{\"from\": \"human\", \"value\": 3}]} | conversations[0].value to be a text",
                "{\"messages\": [}] | text that is not JSON",
                "{\"messages\": 1, \"messages\": 2} | text that is not JSON"
            })
    void aLineThatIsNoConversationIsRefusedByFileAndLine(String line, String expected) {
        String good =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}";
        FinetuneException e = assertThrows(FinetuneException.class, () -> read(good + "\n" + line + "\n"));
        String sentence = String.valueOf(e.getMessage());
        assertTrue(sentence.contains("chats.jsonl:2: ") && sentence.contains(expected), sentence);
        assertTrue(sentence.lines().count() == 1, sentence);
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws IOException {
        Path file = folder.resolve("latin.jsonl");
        Files.write(file, "{\"messages\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        FinetuneException e = assertThrows(FinetuneException.class, () -> ChatFile.read(file, c -> {}));
        assertTrue(String.valueOf(e.getMessage()).contains("latin.jsonl:1: expected text in UTF-8"), e.getMessage());
    }
}
