package dev.athanor;

import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Sampling;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The child process of {@link LanguageModelTest}: a model whose file is cut short while it speaks. */
final class ShrunkModel {
    private ShrunkModel() {}

    /**
     * Speaks until its loops are compiled, cuts a file of it and speaks on; prints what happened.
     *
     * @param arguments the model, the file to cut
     */
    public static void main(String[] arguments) throws IOException {
        try (LanguageModel model = LanguageModel.open(Path.of(arguments[0]), 2)) {
            for (int i = 0; i < 12; i++) {
                speak(model);
            }
            try (FileChannel channel = FileChannel.open(Path.of(arguments[1]), StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / 3);
            }
            speak(model);
            System.out.println("nothing happened");
        } catch (RuntimeException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void speak(LanguageModel model) {
        model.generate(GenerationRequest.of("The king", 100, Sampling.of(0.8, 1)), piece -> true);
    }
}
