package dev.athanor.microscope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.LanguageModel;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of README.md that look inside. */
class ReadmeExampleTest {
    @TempDir
    Path dir;

    @Test
    void theLinesOfTheReadmeRun() {
        BpeLearner learner = new BpeLearner();
        learner.feed("Sarah lies to the judge, feeling guilty. Sarah lies still on the bed, feeling tired.");
        Tokenizer tokenizer = learner.learn(300, List.of("<|endoftext|>"));
        ModelConfig config = Preset.named("tales").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        Checkpoint.save(dir, Initializer.initialize(config, 0.02, 1), Optional.of(TokenizerJson.write(tokenizer)));
        try (LanguageModel model = LanguageModel.open(dir, 2)) {
            int[] text = model.tokenizer().encodeForModel("Sarah lies to the judge, feeling");
            Thought run = new Thought(new Microscope(model.transformer()), text, List.of());
            Choice choice = Choice.first(run, run.length() - 1);
            Assembly.of(run, choice)
                    .votes()
                    .forEach(b -> System.out.println(
                            b.hook() + " " + b.head() + " " + b.vote().value()));
            assertEquals(
                    Assembly.of(run, choice).logit().value(),
                    Assembly.of(run, choice).sum(),
                    1e-5);
        }
    }
}
