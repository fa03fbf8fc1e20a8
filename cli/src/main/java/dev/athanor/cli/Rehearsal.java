package dev.athanor.cli;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.model.ModelConfig;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the launcher lets Java live through once, to remember the classes and how often their methods run: texts written
 * by small models of drawn numbers.
 */
final class Rehearsal {
    /** Enough for the readers of tokenizer.json to be as busy as with a real one. */
    private static final int VOCABULARY = 16_384;

    private Rehearsal() {}

    static void main() throws IOException {
        Path folder = Files.createTempDirectory("athanor-rehearsal");
        try {
            String tokenizer = tokenizer();
            for (String preset : List.of("nano-char", "tales")) { // of the families gpt2 and qwen3
                Path model = folder.resolve(preset);
                ModelConfig config = Preset.named(preset).modelConfig(VOCABULARY, 0);
                Checkpoint.save(model, Initializer.initialize(config, 0.02, 1), Optional.of(tokenizer));
                speak(model.toString());
            }
        } finally {
            delete(folder);
        }
    }

    private static void speak(String model) {
        Main.execute("--version");
        Main.execute("generate", "--model", model, "--prompt", "A", "--max-tokens", "20");
        Main.execute("generate", "--model", model, "--prompt", "The king of the north", "--max-tokens", "20");
        System.setIn(new ByteArrayInputStream("Who is there?\n".getBytes(StandardCharsets.UTF_8)));
        Main.execute("chat", "--model", model, "--max-tokens", "20");
    }

    /** The bytes, and every pair of them until there are enough. */
    private static String tokenizer() {
        List<byte[]> tokens = new ArrayList<>();
        tokens.add(BpeTokenizer.END_OF_TEXT.getBytes(StandardCharsets.UTF_8));
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (int i = 0; tokens.size() < VOCABULARY; i++) {
            int left = i % 256;
            int right = (i / 256 + left) % 256;
            if (taken.add(List.of(left, right))) {
                merges.add(new BpeTokenizer.Merge(left + 1, right + 1, tokens.size()));
                tokens.add(new byte[] {(byte) left, (byte) right});
            }
        }
        return TokenizerJson.write(new BpeTokenizer(tokens, merges, Map.of(BpeTokenizer.END_OF_TEXT, 0)));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
