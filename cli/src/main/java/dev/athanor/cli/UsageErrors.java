package dev.athanor.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A wrong command line in one sentence, with what may have been meant and where the help is; exit code 2. */
final class UsageErrors implements CommandLine.IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String sentence = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        err.println(
                "athanor: " + sentence + (meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?"));
        err.println("See: " + line.getCommandSpec().qualifiedName() + " --help");
        if (Arguments.debug(arguments)) {
            e.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }
}
