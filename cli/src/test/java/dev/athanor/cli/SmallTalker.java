package dev.athanor.cli;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.CharTokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A model whose answers are known: its layer adds nothing, and its head says for each character which comes next. One
 * token is one character.
 */
final class SmallTalker {
    /** Makes a likely character so likely that no other is drawn. */
    private static final float SURE = 2;

    private static final int HEAD_SIZE = 8;

    private SmallTalker() {}

    /** Answers every message of the plain form with {@code ok} or {@code nok}, and goes on as the user. */
    static Path brief(Path folder, int context) {
        return write(folder, context, "ser:", ": o", ": n", "no", "ok\n", "\nUs");
    }

    /** Answers {@code okokok…} until the context is full. */
    static Path endless(Path folder, int context) {
        return write(folder, context, ": o", "okok");
    }

    /** Answers with a character that would clear the terminal. */
    static Path rude(Path folder, int context) {
        return write(folder, context, ": \u001b", "\u001b\n", "\nUser:");
    }

    /** @param texts in which each character is followed by one that may follow it */
    private static Path write(Path folder, int context, String... texts) {
        List<String> characters = Stream.concat(
                        Stream.of("\n", "\u001b"), IntStream.range(32, 127).mapToObj(Character::toString))
                .toList();
        int size = (characters.size() + HEAD_SIZE - 1) / HEAD_SIZE * HEAD_SIZE;
        ModelConfig config = config(characters.size(), context, size);
        float[] head = new float[characters.size() * size];
        for (String text : texts) {
            for (int i = 1; i < text.length(); i++) {
                int from = characters.indexOf(text.substring(i - 1, i));
                int to = characters.indexOf(text.substring(i, i + 1));
                head[to * size + from] = SURE;
            }
        }
        Parameters parameters = Parameters.of(config, spec -> {
            Tensor tensor = Tensor.zeros(spec.shape().toArray());
            if (spec.role() == Role.TOKEN_EMBEDDING) {
                for (int i = 0; i < characters.size(); i++) {
                    tensor.data()[i * size + i] = 1;
                }
            } else if (spec.role() == Role.HEAD_WEIGHT) {
                System.arraycopy(head, 0, tensor.data(), 0, head.length);
            } else if (spec.shape().rank() == 1) {
                Arrays.fill(tensor.data(), 1);
            }
            return tensor;
        });
        Checkpoint.save(folder, parameters, Optional.of(TokenizerJson.write(new CharTokenizer(characters))));
        return folder;
    }

    private static ModelConfig config(int vocabulary, int context, int width) {
        return new ModelConfig(
                Family.LLAMA,
                vocabulary,
                context,
                1,
                width,
                1,
                1,
                HEAD_SIZE,
                8,
                NormKind.RMS_NORM,
                1e-5f,
                Activation.SILU_GATED,
                new Positions.Rotary(10_000, HEAD_SIZE),
                false,
                false,
                false,
                false,
                false,
                false,
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
    }
}
