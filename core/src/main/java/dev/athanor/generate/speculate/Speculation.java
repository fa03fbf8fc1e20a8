package dev.athanor.generate.speculate;

import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether and how tokens are guessed, for the model to check several in one pass. */
public sealed interface Speculation {
    /** Most guesses for one pass that can be asked for. */
    int MOST = 64;

    /** Most guesses for one pass where nobody says. */
    int USUAL = 16;

    /** No guesses: one pass for every token. */
    record None() implements Speculation {}

    /**
     * Guesses that the text repeats itself or its prompt.
     *
     * @param most guesses for one pass
     */
    record Lookup(int most) implements Speculation {
        public Lookup {
            check(most);
        }
    }

    /**
     * Guesses what a smaller model of the same vocabulary would write.
     *
     * @param name for messages
     * @param parameters of the smaller model; they must stay open as long as it is used
     * @param tokenizer of the smaller model
     * @param most guesses for one pass
     */
    record Draft(String name, Parameters parameters, Tokenizer tokenizer, int most) implements Speculation {
        public Draft {
            check(most);
        }
    }

    private static void check(int most) {
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException(
                    "guesses: expected between 1 and " + MOST + " for one pass, found " + most);
        }
    }

    /** No guesses. */
    static Speculation none() {
        return new None();
    }

    /** What guesses for one text, made anew for each. */
    @FunctionalInterface
    interface Start {
        /** @param proposer makes a guess of the smaller model's logits, where there is one */
        Optional<Speculator> text(Supplier<Proposer> proposer);
    }

    /**
     * Makes ready to guess for {@code model}.
     *
     * @throws IllegalArgumentException where the smaller model has another vocabulary
     */
    default Start start(Transformer model, Tokenizer tokenizer) {
        return switch (this) {
            case None none -> proposer -> Optional.empty();
            case Lookup lookup -> proposer -> Optional.of(new Speculator(model, new LookupDrafter(), lookup.most()));
            case Draft draft -> {
                SameVocabulary.check(draft, model, tokenizer);
                Transformer small = model.with(draft.parameters());
                double cost = (double) Sizes.perToken(draft.parameters()) / Sizes.perToken(model.parameters());
                yield proposer ->
                        Optional.of(new Speculator(model, new ModelDrafter(small, proposer.get(), cost), draft.most()));
            }
        };
    }
}
