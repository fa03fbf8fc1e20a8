package dev.athanor.generate.batch;

import dev.athanor.corpus.tales.Tales;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Everything a text was. */
class Heard implements TextListener {
    final CompletableFuture<Ended> end = new CompletableFuture<>();
    final List<Spoken> tokens = new ArrayList<>();
    final StringBuilder text = new StringBuilder();
    final List<Scored> prompt = new ArrayList<>();
    volatile long firstToken;

    static Tokenizer tokenizer() {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(1, 200).forEach(learner::feed);
        return learner.learn(600, List.of("<|endoftext|>"));
    }

    static Transformer model(Tokenizer tokenizer, Compute compute) {
        ModelConfig config = Preset.named("tales").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        return new Transformer(Initializer.initialize(config, 0.2, 1), compute);
    }

    @Override
    public void prompt(List<Scored> scores) {
        prompt.addAll(scores);
    }

    @Override
    public void token(Spoken token) {
        if (tokens.isEmpty()) {
            firstToken = System.nanoTime();
        }
        tokens.add(token);
        text.append(token.piece());
    }

    @Override
    public void ended(Ended ended) {
        text.append(ended.rest());
        end.complete(ended);
    }

    @Override
    public void failed(RuntimeException reason) {
        end.completeExceptionally(reason);
    }

    Ended await() {
        return end.orTimeout(30, TimeUnit.SECONDS).join();
    }

    int[] ids() {
        return tokens.stream().mapToInt(Spoken::id).toArray();
    }
}
