package dev.athanor.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.PeftDirectory;
import dev.athanor.finetune.FinetuneOptions.Length;
import dev.athanor.finetune.FinetuneOptions.Lora;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Whole fine-tunings of a tiny model. */
class FinetuneRunTest {
    private static final Optional<Lora> LORA = Optional.of(new Lora(2, 4, List.of()));

    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path chats = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        model = Pupil.save(folder.resolve("model"), Family.QWEN3);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"messages\":[{\"role\":\"user\",\"content\":\"Say ")
                    .append(i % 2 == 0 ? "day" : "night")
                    .append("\"},{\"role\":\"assistant\",\"content\":\"")
                    .append(i % 2 == 0 ? "sun" : "moon")
                    .append("\"}]}\n");
        }
        chats = Files.writeString(folder.resolve("chats.jsonl"), lines);
    }

    private FinetuneOptions options(String out, Optional<Lora> lora, boolean merge, OptionalInt length) {
        return new FinetuneOptions(
                model,
                List.of(chats.toString()),
                folder.resolve(out),
                lora,
                merge,
                new Length.Steps(12),
                OptionalDouble.of(1e-2),
                4,
                length,
                false,
                9,
                0.2);
    }

    private static FinetuneResult run(FinetuneOptions options, int threads) {
        try (FinetuneRun run = new FinetuneRun(options, threads)) {
            return run.run(() -> false, p -> {}, s -> {});
        }
    }

    private static void assertSame(Parameters expected, Parameters found) {
        for (int i = 0; i < expected.list().size(); i++) {
            Parameter p = expected.list().get(i);
            assertArrayEquals(p.value().toArray(), found.list().get(i).value().toArray(), p.name());
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() {
        FinetuneResult one = run(options("a", Optional.empty(), false, OptionalInt.empty()), 1);
        FinetuneResult two = run(options("b", Optional.empty(), false, OptionalInt.empty()), 2);
        assertEquals(one.heldOutAfter(), two.heldOutAfter());
        assertTrue(one.heldOutAfter() < one.heldOutBefore() - 0.5, one.toString());
        assertSame(Checkpoint.load(folder.resolve("a")), Checkpoint.load(folder.resolve("b")));
    }

    @Test
    void adaptersOpenAsTheModelTheyMergeTo() {
        FinetuneResult apart = run(options("adapters", LORA, false, OptionalInt.empty()), 2);
        FinetuneResult whole = run(options("whole", LORA, true, OptionalInt.empty()), 1);
        assertEquals(whole.heldOutAfter(), apart.heldOutAfter());
        assertTrue(apart.heldOutAfter() < apart.heldOutBefore(), apart.toString());
        assertTrue(PeftDirectory.is(folder.resolve("adapters")));
        try (OpenModel open = Checkpoint.open(folder.resolve("adapters"))) {
            assertSame(Checkpoint.load(folder.resolve("whole")), open.parameters());
            assertEquals(Pupil.tokenizer().vocabularySize(), open.tokenizer().vocabularySize());
            assertTrue(
                    open.notes().getLast().contains("14 low-rank additions of rank 2"),
                    open.notes().toString());
        }
        Tensor before = Checkpoint.load(model).list().getFirst().value();
        assertArrayEquals(
                before.toArray(),
                Checkpoint.load(folder.resolve("whole"))
                        .list()
                        .getFirst()
                        .value()
                        .toArray(),
                "embeddings have no adapters and stay");
    }

    @Test
    void theDirectorySaysHowTheModelIsSpokenTo() throws IOException {
        run(options("out", Optional.empty(), false, OptionalInt.of(2 * Pupil.CONTEXT)), 2);
        Path out = folder.resolve("out");
        assertEquals(2 * Pupil.CONTEXT, Checkpoint.config(out).contextLength());
        assertEquals(
                Files.readString(model.resolve("tokenizer.json")), Files.readString(out.resolve("tokenizer.json")));
        var node = new JsonMapper().readTree(Files.readString(out.resolve("tokenizer_config.json")));
        assertEquals("<|endoftext|>", node.get("eos_token").stringValue());
        assertEquals(2 * Pupil.CONTEXT, node.get("model_max_length").intValue());
        String template = node.get("chat_template").stringValue();
        assertTrue(template.contains("{% generation %}") && template.contains("add_generation_prompt"), template);
    }

    @Test
    void aTableOfPositionsIsNotMadeLonger() {
        model = Pupil.save(folder.resolve("gpt2"), Family.GPT2);
        FinetuneException e = assertThrows(
                FinetuneException.class,
                () -> run(options("x", Optional.empty(), false, OptionalInt.of(Pupil.CONTEXT + 1)), 1));
        assertTrue(String.valueOf(e.getMessage()).contains("expected at most the 48 positions"), e.getMessage());
        assertFalse(Files.exists(folder.resolve("x")), "nothing is written before learning");
    }

    @Test
    void talesAreAskedAboutByKind() {
        FinetuneOptions o = new FinetuneOptions(
                model,
                List.of("tales:stories=6"),
                folder.resolve("teller"),
                Optional.empty(),
                false,
                new Length.Steps(1),
                OptionalDouble.empty(),
                2,
                OptionalInt.of(700),
                true,
                1,
                0);
        FinetuneResult r = run(o, 2);
        assertTrue(r.all().asked() >= ChatData.QUESTIONS, r.toString());
        assertEquals(
                List.of("how", "what", "when", "where", "who", "why"),
                r.scores().stream().map(Quiz.Score::kind).toList());
        assertTrue(r.all().guessed() < r.all().asked() / 2, r.toString());
    }
}
