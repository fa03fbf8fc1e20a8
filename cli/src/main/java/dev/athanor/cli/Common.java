package dev.athanor.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options every command has. */
final class Common {
    private static final int MOST_THREADS = 1024;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Option(names = "--json", description = "Print the result as JSON on standard output.")
    boolean json;

    @Option(names = "--debug", description = "Show the stack trace of a failure.")
    boolean debug;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to compute with; results do not depend on it (default: the number of processors).")
    private int threads;

    int threads() {
        if (!given("--threads")) {
            return Runtime.getRuntime().availableProcessors();
        }
        require("--threads", threads, 1, MOST_THREADS);
        return threads;
    }

    /** Whether {@code option} was typed, so that a typed 0 is not taken for a default. */
    boolean given(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    void require(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw usage(option + ": expected between " + least + " and " + most + ", found " + value);
        }
    }

    void requireAtLeast(String option, long value, long least) {
        if (value < least) {
            throw usage(option + ": expected at least " + least + ", found " + value);
        }
    }

    void requireAbove0(String option, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw usage(option + ": expected a number above 0, found " + value);
        }
    }

    ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
