package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code athanor finetune} as a user types it. */
class FinetuneCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path chats = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(5, 20).forEach(learner::feed);
        Tokenizer tokenizer = learner.learn(300, List.of(BpeTokenizer.END_OF_TEXT));
        OptionalInt end = OptionalInt.of(tokenizer.endOfText());
        ModelConfig config = new ModelConfig(
                Family.QWEN3,
                tokenizer.vocabularySize(),
                64,
                1,
                16,
                2,
                2,
                8,
                32,
                NormKind.RMS_NORM,
                1e-5f,
                Activation.SILU_GATED,
                new Positions.Rotary(10000, 8),
                false,
                true,
                false,
                false,
                false,
                false,
                OptionalInt.empty(),
                0f,
                end,
                end);
        model = folder.resolve("model");
        Checkpoint.save(model, Initializer.initialize(config, 0.1, 1), Optional.of(TokenizerJson.write(tokenizer)));
        String line = "{\"messages\":[{\"role\":\"user\",\"content\":\"Who?\"},"
                + "{\"role\":\"assistant\",\"content\":\"Tom.\"}]}\n";
        chats = Files.writeString(folder.resolve("chats.jsonl"), line.repeat(20));
    }

    @Test
    void adaptersAreWrittenAndOpenLikeAModel() {
        Path out = folder.resolve("adapters");
        Outcome tuned = Outcome.of(
                "finetune",
                "--model",
                model.toString(),
                "--data",
                chats.toString(),
                "--out",
                out.toString(),
                "--lora",
                "--rank",
                "2",
                "--targets",
                "q,v",
                "--steps",
                "4",
                "--hold-out",
                "0.2",
                "--threads",
                "2",
                "--json");
        assertEquals(0, tuned.code(), tuned.err());
        assertEquals(4, tuned.json().get("steps").intValue());
        // Two matrices of 16 by 16, each with 2 by 16 and 16 by 2.
        assertEquals(128, tuned.json().get("learning").intValue());
        assertTrue(
                tuned.json().get("held_out_loss").doubleValue()
                        < tuned.json().get("held_out_loss_before").doubleValue(),
                tuned.out());
        Outcome next = Outcome.of("next", "--model", out.toString(), "--prompt", "Tom", "--json");
        assertEquals(0, next.code(), next.err());
        assertTrue(next.err().contains("2 low-rank additions of rank 2 were merged in memory"), next.err());
    }

    @Test
    void optionsThatDoNotFitTogetherAreRefused() {
        String[] given = {"finetune", "--model", model.toString(), "--data", chats.toString(), "--out", "x"};
        for (List<String> wrong :
                List.of(List.of("--rank", "4"), List.of("--steps", "1", "--epochs", "1"), List.of("--hold-out", "1"))) {
            String[] all = java.util.stream.Stream.concat(java.util.Arrays.stream(given), wrong.stream())
                    .toArray(String[]::new);
            Outcome.of(all).assertFailure(2, "xpected");
        }
    }

    @Test
    void aLineThatIsNoConversationIsNamed() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.jsonl"), "\n{\"text\": \"x\"}\n");
        Outcome.of(
                        "finetune",
                        "--model",
                        model.toString(),
                        "--data",
                        bad.toString(),
                        "--out",
                        folder.resolve("y").toString())
                .assertFailure(1, "bad.jsonl:2: expected one of \"messages\"");
    }
}
