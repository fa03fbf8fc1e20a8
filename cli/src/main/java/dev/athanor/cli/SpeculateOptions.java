package dev.athanor.cli;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.generate.speculate.Speculation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether tokens are guessed, to be checked several at a time. */
final class SpeculateOptions {
    private static final String LOOKUP = "lookup";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Option(
            names = "--speculate",
            paramLabel = "lookup[:N]",
            description =
                    "Guess up to N tokens (default: 16) where the text repeats itself or its prompt, and check them "
                            + "in one pass; the text stays the same.")
    private @Nullable String speculate;

    @Option(
            names = "--draft",
            paramLabel = "PATH|ORG/NAME",
            description = "Guess by a smaller model with the same tokenizer.")
    private @Nullable String draft;

    /** Guesses as asked for, and the smaller model, which is open. */
    record Asked(Speculation way, Optional<OpenModel> draft) implements AutoCloseable {
        @Override
        public void close() {
            draft.ifPresent(OpenModel::close);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // what is returned owns the files and closes them
    Asked open(Common common) {
        if (speculate != null && draft != null) {
            throw common.usage("--speculate, --draft: expected one of them, found both");
        }
        if (speculate != null) {
            return new Asked(new Speculation.Lookup(most(common, speculate)), Optional.empty());
        }
        if (draft == null) {
            return new Asked(Speculation.none(), Optional.empty());
        }
        OpenModel open = ModelFiles.open(ModelOption.find(spec, draft));
        try {
            open.notes().forEach(note -> System.err.println("athanor: " + note));
            Speculation way = new Speculation.Draft(draft, open.parameters(), open.tokenizer(), Speculation.USUAL);
            return new Asked(way, Optional.of(open));
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private static int most(Common common, String asked) {
        if (asked.equals(LOOKUP)) {
            return Speculation.USUAL;
        }
        try {
            if (asked.startsWith(LOOKUP + ":")) {
                int most = Integer.parseInt(asked.substring(LOOKUP.length() + 1));
                if (most >= 1 && most <= Speculation.MOST) {
                    return most;
                }
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw common.usage("--speculate: expected lookup, or lookup:N with N between 1 and " + Speculation.MOST
                + ", found " + asked);
    }
}
