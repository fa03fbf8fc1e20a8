import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.corpus.TextSources;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes GPT-2's 124 million numbers, drawn, with a vocabulary of 50,257 learned from the JDK's sources. */
final class RandomModel {
    private static final int VOCABULARY = 50_257;

    private RandomModel() {}

    static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("RandomModel: expected the folder to write, found " + arguments.length + " arguments");
            System.exit(2);
        }
        BpeLearner learner = new BpeLearner();
        TextSources.named(List.of("jdk:java.base/java")).read(document -> learner.feed(document.text()));
        BpeTokenizer tokenizer = learner.learn(VOCABULARY, List.of(BpeTokenizer.END_OF_TEXT));
        int end = tokenizer.endOfText();
        Checkpoint.save(
                Path.of(arguments[0]),
                Initializer.initialize(Preset.named("gpt2-124m").modelConfig(VOCABULARY, end), 0.02, 1),
                Optional.of(TokenizerJson.write(tokenizer)));
    }
}
