package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.Fixtures;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.Safetensors;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** GGUF files another program wrote, against numbers of a float64 PyTorch implementation. */
class GgufModelTest {
    static final List<String> CASES = Fixtures.CASES.stream()
            .filter(name -> !name.equals("mistral-window"))
            .toList();

    static Stream<String> cases() {
        return CASES.stream();
    }

    static Path file(String name) {
        return Fixtures.directory(name).resolve("model.gguf");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsOfTheMappedFileAgreeWithPyTorch(String name) {
        try (Compute compute = Compute.create(2);
                OpenModel open = GgufModel.open(file(name));
                Safetensors expected = Safetensors.open(Fixtures.directory(name).resolve("expected.safetensors"))) {
            int[] tokens = Arrays.stream(expected.readLongs("input_ids"))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            float[] found = new Transformer(open.parameters(), compute)
                    .logits(tokens, 2, tokens.length / 2)
                    .data();
            float[] wanted = expected.readFloats("logits");
            assertEquals(wanted.length, found.length);
            for (int i = 0; i < wanted.length; i++) {
                // The bound of the same weights from safetensors: logits reach 20, some 10 roundings of 1e-6.
                assertEquals(wanted[i], found[i], 2e-5, name + ", logit " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theConfigurationIsThatOfTheHuggingFaceDirectory(String name) {
        ModelConfig hf = Checkpoint.config(Fixtures.directory(name));
        try (OpenModel open = GgufModel.open(file(name))) {
            ModelConfig gguf = open.config();
            assertEquals(List.of(), open.notes());
            // The fixtures' GGUF files name placeholder tokens of their own, and lie in another arrangement.
            assertEquals(strip(hf), strip(gguf));
        }
    }

    /** All fields but the tokens that begin and end a text and the layout. */
    private static String strip(ModelConfig c) {
        return c.toString().replaceAll(", bosToken=.*", "");
    }
}
