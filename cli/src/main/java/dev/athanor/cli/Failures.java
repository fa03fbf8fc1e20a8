package dev.athanor.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Turns an exception into one sentence on standard error; the stack trace only with {@code --debug}. */
final class Failures implements CommandLine.IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        boolean debug = parsed.matchedOption("--debug") != null
                || (parsed.hasSubcommand() && parsed.subcommand().matchedOption("--debug") != null);
        err.println("athanor: " + sentence(e));
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
        return e instanceof IllegalArgumentException ? 2 : 1;
    }

    private static String sentence(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() + " (run again with --debug to see where)" : message;
    }
}
