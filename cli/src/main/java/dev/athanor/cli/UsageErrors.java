package dev.athanor.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
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
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? meant(line, unmatched) : List.of();
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

    /** picocli compares pairs of letters, which finds no option for a short name with a letter missing. */
    private static List<String> meant(CommandLine line, UnmatchedArgumentException e) {
        String first =
                e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst().split("=", 2)[0];
        if (!first.startsWith("--")) {
            return e.getSuggestions();
        }
        return line.getCommandSpec().optionsMap().keySet().stream()
                .filter(option -> option.startsWith("--") && distance(option, first) <= 2)
                .sorted(Comparator.comparingInt(option -> distance(option, first)))
                .limit(2)
                .toList();
    }

    /** Letters to insert, remove or replace until the words are the same (Levenshtein 1966). */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
