package dev.athanor.cli;

import dev.athanor.hub.HubSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
        footer = {
            "",
            "Begin with:  athanor quickstart",
            "Each command explains itself:  athanor train --help",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."
        },
        subcommands = {
            QuickstartCommand.class,
            PullCommand.class,
            TrainCommand.class,
            FinetuneCommand.class,
            TimelineCommand.class,
            CompareCommand.class,
            ChatCommand.class,
            GenerateCommand.class,
            NextCommand.class,
            ServeCommand.class,
            ExplainCommand.class,
            ExplainScoreCommand.class,
            SensesCommand.class,
            PerplexityCommand.class,
            TokenizeCommand.class,
            VerifyCommand.class,
            ConvertCommand.class,
            QuantizeCommand.class,
            RepackCommand.class,
            BenchCommand.class,
            DescribeCommand.class,
            DoctorCommand.class
        })
public final class Main implements Runnable {
    /** Held here because java.util.logging forgets the level of a logger nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("dev.athanor");

    private static final Logger WEB_SERVER = Logger.getLogger("io.helidon");

    /** Exit code after Ctrl-C: 128 + SIGINT. */
    static final int INTERRUPTED = 130;

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    Main() {
        this(System.getenv());
    }

    /** @param environment variables of the process */
    Main(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The command line that {@code spec} is a part of. */
    static Main of(CommandSpec spec) {
        return (Main) spec.root().userObject();
    }

    /** The hub and its cache as the environment names them. */
    HubSettings hub() {
        return HubSettings.of(environment, Path.of(System.getProperty("user.home", ".")));
    }

    /** The variable {@code name} of the environment, where it is set to something. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Expected a command: " + String.join(", ", spec.subcommands().keySet())
                        + "; begin with athanor quickstart");
    }

    /** Runs one command line and exits with its code. */
    public static void main(String[] arguments) {
        // UTF-8 whatever the locale says: JSON is UTF-8, and so is every terminal that can show what models write.
        System.setOut(utf8(FileDescriptor.out));
        System.setErr(utf8(FileDescriptor.err));
        System.exit(execute(arguments));
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    static int execute(String... arguments) {
        return execute(System.getenv(), arguments);
    }

    /** @param environment variables of the process */
    static int execute(Map<String, String> environment, String... arguments) {
        // Only warnings of the library reach the terminal: doctor says which kernels were chosen.
        LIBRARY.setLevel(Level.WARNING);
        WEB_SERVER.setLevel(Level.WARNING);
        Optional<String> garbled = Arguments.garbled(arguments, System.getProperty("sun.jnu.encoding", "UTF-8"));
        if (garbled.isPresent()) {
            System.err.println("athanor: " + garbled.get());
            return CommandLine.ExitCode.USAGE;
        }
        CommandLine line = OneCommand.of(new Main(environment), arguments);
        line.setExpandAtFiles(false); // a prompt may begin with @
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler(new Failures());
        line.setParameterExceptionHandler(new UsageErrors());
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) { // picocli handles exceptions only
            return Failures.report(e, line.getErr(), Arguments.debug(arguments));
        }
    }
}
