package dev.athanor.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: one command per verb, results on standard output, everything else on standard error. */
@Command(
        name = "athanor",
        mixinStandardHelpOptions = true,
        version = "Athanor 0.1.0",
        description = "A GPT for the JVM: train, run and look inside.",
        footer = {"", "Begin with:  athanor quickstart", "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."},
        subcommands = {
            QuickstartCommand.class,
            TrainCommand.class,
            GenerateCommand.class,
            NextCommand.class,
            VerifyCommand.class,
            BenchCommand.class,
            DoctorCommand.class
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Expected a command, found none.");
    }

    /** Runs one command line and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        // Only warnings of the library reach the terminal: doctor says which kernels were chosen.
        Logger.getLogger("dev.athanor").setLevel(Level.WARNING);
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(new Failures());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line.execute(arguments);
    }
}
