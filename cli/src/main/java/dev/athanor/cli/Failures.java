package dev.athanor.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what went wrong into one sentence on standard error; the stack trace only with {@code --debug}. */
final class Failures implements CommandLine.IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        return report(e, line.getErr(), Arguments.debug(parsed.originalArgs().toArray(new String[0])));
    }

    /** Prints the sentence; returns the exit code: 2 where an argument was wrong, else 1. */
    static int report(Throwable e, PrintWriter err, boolean debug) {
        err.println("athanor: " + sentence(e));
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
        boolean usage = e instanceof IllegalArgumentException || e instanceof ParameterException;
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    static String sentence(Throwable e) {
        return switch (e) {
            case OutOfMemoryError memory ->
                String.format(
                        Locale.ROOT,
                        "expected the work to fit into the Java heap of %.1f GB, found it full; use a smaller model, batch or context, or a "
                                + "machine with more memory",
                        Runtime.getRuntime().maxMemory() / 1e9);
            case ArithmeticException overflow
            when String.valueOf(overflow.getMessage()).contains("overflow") ->
                "expected sizes that fit into Java arrays of 2^31 - 1 elements, found larger ones; use a smaller model, batch or "
                        + "context";
            case UncheckedIOException io when io.getCause() != null && foreign(io) -> file(io.getCause());
            case IOException io -> file(io);
            case InternalError fault
            when String.valueOf(fault.getMessage()).contains("memory access") ->
                "expected the files of the model to stay as they were when it was opened, found one cut short; do not change "
                        + "a model while it is open";
            case LinkageError missing ->
                "expected a complete installation, found " + missing
                        + "; build again with mvn package and start with the script athanor";
            default -> withMessage(e);
        };
    }

    /** Whether nobody wrote a sentence: the message is then the cause's own. */
    private static boolean foreign(UncheckedIOException e) {
        IOException cause = e.getCause();
        return cause != null && String.valueOf(cause).equals(e.getMessage());
    }

    private static String file(IOException e) {
        return switch (e) {
            case NoSuchFileException gone -> gone.getFile() + ": expected a file or folder, found none";
            case AccessDeniedException denied ->
                denied.getFile() + ": expected permission to read or write it, found none";
            case NotDirectoryException no -> no.getFile() + ": expected a folder, found a file";
            case FileSystemException f when f.getReason() != null -> f.getFile() + ": " + f.getReason();
            default -> withMessage(e);
        };
    }

    private static String withMessage(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName() + " (run again with --debug to see where)"
                : message;
    }
}
