package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code athanor chat} as somebody types it. */
@Timeout(120)
class ChatTerminalTest {
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    private static final String XTERM = "xterm-256color";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void anAnswerStreamsAndTheContextItTookIsCounted() {
        try (TypedChat chat = new TypedChat(SmallTalker.brief(folder.resolve("m"), 400))) {
            chat.types("hi\r");
            chat.awaits("ok");
            int taken = chat.introduced("User: hi\nAssistant: nok").length();
            chat.awaits(taken + " of 400 tokens of context");
            chat.types(CTRL_D);
            chat.ends();
        }
    }

    @Test
    void ctrlCStopsTheAnswerKeepsWhatWasSaidAndNotTheProgram() {
        try (TypedChat chat = new TypedChat(SmallTalker.endless(folder.resolve("m"), 20_000), XTERM)) {
            chat.types("hi\r");
            chat.awaits("okok");
            chat.types(CTRL_C);
            chat.awaits("stopped; what was said is kept");
            Message answer = chat.conversation().messages().getLast();
            assertTrue(answer.content().startsWith("okok"), answer.content());
            assertTrue(
                    answer.content().length() < 19_000,
                    "tokens: " + answer.content().length());
            chat.awaits("> ");
            chat.types("half a line");
            chat.awaits("half a line");
            chat.types(CTRL_C);
            chat.awaits("> ");
            chat.types(CTRL_C);
            chat.awaits("Ctrl-D or /quit leaves.");
            assertEquals(2, chat.conversation().messages().size(), "half a line is no message");
            chat.types("/quit\r");
            chat.ends();
        }
    }

    @Test
    void aMessageMayHaveManyLines() {
        try (TypedChat chat = new TypedChat(SmallTalker.brief(folder.resolve("m"), 2000), XTERM)) {
            chat.types("one\\\rtwo\r");
            chat.awaitsAnswer(1);
            chat.types("\"\"\"\rthree\r\r/four!\r\"\"\"\r");
            chat.awaitsAnswer(2);
            chat.types("\u001b[200~/five\rsix\u001b[201~");
            chat.types("\r");
            chat.awaitsAnswer(3);
            chat.types("//seven\r");
            chat.awaitsAnswer(4);
            assertEquals(List.of("one\ntwo", "three\n\n/four!", "/five\nsix", "/seven"), chat.asked());
        }
    }

    @Test
    void aConversationThatDoesNotFitSaysWhatMakesRoom() {
        // Two short questions fit 60 characters, a third does not.
        try (TypedChat chat = new TypedChat(SmallTalker.brief(folder.resolve("m"), 64))) {
            chat.types("/system x\r");
            chat.types("aa\r");
            chat.awaitsAnswer(1);
            chat.types("bbbbbbbb\r");
            int tokens = "x\n\nUser: aa\nAssistant: nok\nUser: bbbbbbbb\nAssistant:".length();
            assertTrue(tokens < 64, "tokens: " + tokens);
            chat.awaitsAnswer(2);
            chat.types("cc\r");
            chat.awaits(
                    "tokens; the context holds 64 with room for an answer. Nothing was asked; /forget 1 makes room");
            assertEquals(List.of("aa", "bbbbbbbb"), chat.asked());
            chat.types("/forget\r");
            chat.awaits("1 question forgotten");
            chat.types("cc\r");
            chat.awaitsAnswer(3);
            assertEquals(List.of("bbbbbbbb", "cc"), chat.asked());
            chat.types("d".repeat(80) + "\r");
            chat.awaits("too long even after /clear");
        }
    }

    @Test
    void anotherSeedMayGiveAnotherAnswerAndWhyShowsTheChoice() {
        try (TypedChat chat = new TypedChat(SmallTalker.brief(folder.resolve("m"), 400))) {
            chat.types("/why\r");
            chat.awaits("/why: expected an answer of this conversation, found none yet");
            chat.types("/retry\r");
            chat.awaits("/retry: expected a question that was asked, found none");
            chat.types("/set temperature 1\r");
            chat.types("hi\r");
            chat.awaitsAnswer(1);
            String first = chat.conversation().messages().getLast().content();
            for (int i = 2; chat.conversation().messages().getLast().content().equals(first); i++) {
                assertTrue(i < 60, "the same answer from 60 seeds: " + first);
                chat.types("/retry\r");
                chat.awaitsAnswer(i);
            }
            assertEquals(2, chat.conversation().messages().size(), "a retry replaces the answer");
            String second = chat.conversation().messages().getLast().content();
            chat.types("/why\r");
            chat.awaits(second.substring(0, 1) + " was said, with 50.00 %, after: the beginning of the answer");
            chat.types("/why 1\r");
            chat.awaits("k was said, with 100.00 %, after: " + second.substring(0, second.length() - 1));
            chat.types("/why 9\r");
            chat.awaits("/why: expected between 1 and " + (second.length() + 1) + ", found 9");
        }
    }

    @Test
    void commandsDoWhatTheHelpSays() throws IOException {
        Path file = folder.resolve("c.json");
        try (TypedChat chat = new TypedChat(SmallTalker.brief(folder.resolve("m"), 400))) {
            chat.types("/help\r");
            chat.awaits("/forget [N]");
            chat.types("/sytem x\r");
            chat.awaits("found /sytem; did you mean /system?");
            chat.types("/system\r");
            chat.awaits("There is no system text.");
            chat.types("/system be kind\r");
            chat.awaits("The system text holds");
            chat.types("hi\r");
            chat.awaitsAnswer(1);
            chat.types("/tokens\r");
            chat.awaits("7  system     be kind");
            chat.awaits("2  user       hi");
            chat.types("/save " + file + "\r");
            chat.awaits("3 messages written");
            chat.types("/save " + file + "\r");
            chat.awaits("/save! replaces it");
            List<Message> before = chat.conversation().messages();
            chat.types("/clear\r");
            chat.awaits("Everything is forgotten but the system text.");
            assertEquals(1, chat.conversation().messages().size());
            chat.types("/load " + file + "\r");
            chat.awaits("3 messages read");
            assertEquals(before, chat.conversation().messages());
            chat.types("/set top-q 3\r");
            chat.awaits("found top-q; did you mean top_p?");
            chat.types("/set top-p 3\r");
            chat.awaits("top_p: expected a number between 0 and 1, found 3.0");
            chat.types("/set seed 9\r");
            chat.awaits("seed 9");
            chat.types("/load " + folder.resolve("none") + "\r");
            chat.awaits("expected a file or folder, found none");
        }
        assertTrue(Files.readString(file).contains("\"messages\""));
    }

    @Test
    void aTemplateThatRefusesASystemTextAloneOnlyCannotBeCounted() throws IOException {
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        Files.writeString(model.resolve("chat_template.jinja"), """
                {%- if messages[-1].role == 'system' %}{{ raise_exception('no question') }}{% endif -%}
                {%- for m in messages %}{{ m.content }}{% endfor %}:""");
        try (TypedChat chat = new TypedChat(model)) {
            chat.types("/system x\r");
            chat.types("/tokens\r");
            chat.awaits("a question is needed to count the 400 tokens of context");
        }
    }

    @Test
    void nothingIsKeptOnDiskUnlessAHistoryIsAskedFor() throws IOException {
        Path history = folder.resolve("history");
        Path model = SmallTalker.brief(folder.resolve("m"), 400);
        try (TypedChat chat = new TypedChat(model, XTERM, Optional.of(history))) {
            chat.types("/set seed 5\r");
            chat.awaits("seed 5");
            chat.types(CTRL_D);
            chat.ends();
        }
        assertTrue(Files.readString(history).contains("/set seed 5"), Files.readString(history));
        try (TypedChat chat = new TypedChat(model, XTERM, Optional.of(history))) {
            chat.types("\u0010\r"); // Ctrl-P, the line before
            chat.awaits("seed 5");
        }
    }

    @Test
    void controlCharactersOfAModelAreShownAndAthanorsOwnLinesAreDim() {
        try (TypedChat chat = new TypedChat(SmallTalker.rude(folder.resolve("m"), 400), XTERM)) {
            chat.types("hi\r");
            chat.awaits("\\u001b");
            chat.awaits("\u001b[2m");
            assertFalse(chat.output().contains("\u001b\n"), "the character itself");
        }
    }

    @Test
    void thinkingIsDimAndOnALineOfItsOwn() throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (Terminal terminal =
                new ExternalTerminal("test", XTERM, InputStream.nullInputStream(), shown, StandardCharsets.UTF_8)) {
            show(new ChatScreen(terminal, Map.of()));
            show(new ChatScreen(terminal, Map.of("NO_COLOR", "1")));
        }
        String dim = "\u001b[2mhm, so\u001b[0m\nyes\nline\n";
        String plain = "hm, so\nyes\nline\n";
        assertEquals(dim + plain, shown.toString(StandardCharsets.UTF_8).replace("\r", ""));
    }

    private static void show(ChatScreen screen) {
        screen.thought("hm,");
        screen.thought(" so");
        screen.said("ye");
        screen.said("s");
        screen.line("line");
    }
}
