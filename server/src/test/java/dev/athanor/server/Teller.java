package dev.athanor.server;

import dev.athanor.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model that reads text and has learned next to nothing; its context is long, so that its answers are. */
final class Teller {
    static final int CONTEXT = 4096;

    private Teller() {}

    static Path train(Path directory) {
        Path model = directory.resolve("teller");
        try (TrainingRun run = TrainingRun.begin(
                model, new TrainingRun.Options(List.of("tales:stories=300,seed=1"), "tales", 2, 0, 0, 1, 0), 2)) {
            run.run(() -> false, p -> {});
        }
        Path config = model.resolve("config.json");
        try {
            String text = Files.readString(config);
            String longer = text.replaceAll(
                    "\"max_position_embeddings\"\\s*:\\s*\\d+", "\"max_position_embeddings\" : " + CONTEXT);
            if (longer.equals(text)) {
                throw new AssertionError("expected a context in " + text);
            }
            Files.writeString(config, longer);
            return model;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
