package dev.athanor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code athanor bench}: speed beside the machine's own peak. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measure running a model, training, kernels, generation, serving or tracing beside the machine's own peak.",
        subcommands = {
            BenchRunCommand.class,
            BenchTrainCommand.class,
            BenchKernelsCommand.class,
            BenchGenerateCommand.class,
            BenchModelCommand.class,
            BenchServeCommand.class,
            BenchTraceCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Expected run, train, kernels, generate, model, serve or trace, found none.");
    }
}
