package dev.athanor.cli;

import picocli.CommandLine.Option;

/** Options every command has. */
final class Common {
    @Option(names = "--json", description = "Print the result as JSON on standard output.")
    boolean json;

    @Option(names = "--debug", description = "Show the stack trace of a failure.")
    boolean debug;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to compute with (default: the number of processors).")
    int threads;

    int threads() {
        if (threads < 0 || threads > 1024) {
            throw new IllegalArgumentException("--threads: expected between 1 and 1024, found " + threads);
        }
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
