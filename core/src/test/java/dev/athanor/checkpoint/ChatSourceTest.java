package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.gguf.Conversion;
import dev.athanor.checkpoint.gguf.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where models keep their chat templates, and that none is lost on the way to GGUF and back. */
class ChatSourceTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity", "qwen3");
    private static final String TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}";

    @TempDir
    private Path room = Path.of("");

    private Path model() throws IOException {
        Path model = Files.createDirectory(room.resolve("model"));
        try (Stream<Path> files = Files.list(PARITY)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file) && !file.toString().endsWith(".gguf")) {
                    Files.copy(file, model.resolve(file.getFileName()));
                }
            }
        }
        return model;
    }

    @Test
    void aTemplateIsFoundInAnyOfItsPlacesAndTheFileOfItsOwnWins() throws IOException {
        Path model = model();
        assertTrue(ChatSource.read(model).template(false).isEmpty());
        Path config = model.resolve("tokenizer_config.json");
        Files.writeString(
                config, "{\"chat_template\":\"one\",\"eos_token\":{\"content\":\"</s>\"},\"bos_token\":\"<s>\"}");
        ChatSource source = ChatSource.read(model);
        assertEquals(Optional.of("one"), source.template(false));
        assertEquals("</s>", source.tokens().get("eos_token"));
        assertEquals("<s>", source.tokens().get("bos_token"));
        Files.writeString(
                config,
                "{\"chat_template\":[{\"name\":\"default\",\"template\":\"two\"},{\"name\":\"tool_use\",\"template\":\"tools\"}]}");
        assertEquals(Optional.of("two"), ChatSource.read(model).template(false));
        assertEquals(Optional.of("tools"), ChatSource.read(model).template(true));
        Files.writeString(model.resolve("chat_template.jinja"), TEMPLATE);
        assertEquals(Optional.of(TEMPLATE), ChatSource.read(model).template(false));
        Files.writeString(config, "{\"chat_template\":7}");
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> ChatSource.read(model));
        assertTrue(String.valueOf(e.getMessage()).contains("expected a text or a list"), e.getMessage());
    }

    @Test
    void aTemplateGoesToGgufAndBack() throws IOException {
        Path model = model();
        Files.writeString(model.resolve("chat_template.jinja"), TEMPLATE);
        Path gguf = room.resolve("model.gguf");
        Path back = room.resolve("back");
        Conversion.run(model, gguf, Optional.empty(), p -> {});
        Conversion.run(gguf, back, Optional.empty(), p -> {});
        try (OpenModel open = ModelFiles.open(back)) {
            assertEquals(Optional.of(TEMPLATE), open.chat().template(false));
        }
    }
}
