package dev.athanor.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The command line with the one command that is asked for: to describe all of them takes longer than to write a first
 * word. Where none is named, the command line is whole.
 */
final class OneCommand {
    private OneCommand() {}

    static CommandLine of(Main main, String[] arguments) {
        if (arguments.length == 0) {
            return new CommandLine(main);
        }
        Command all = Main.class.getAnnotation(Command.class);
        CommandSpec root = CommandSpec.wrapWithoutInspection(main).name(all.name());
        Optional<Class<?>> command = named(all.subcommands(), arguments[0]);
        if (command.isPresent()) {
            root.addSubcommand(arguments[0], new CommandLine(command.get()));
            return new CommandLine(root);
        }
        if (arguments.length == 1 && arguments[0].equals("--version")) {
            root.version(all.version()).mixinStandardHelpOptions(true);
            return new CommandLine(root);
        }
        return new CommandLine(main);
    }

    /** The class whose name says {@code name}: explain-score is ExplainScoreCommand. */
    private static Optional<Class<?>> named(Class<?>[] classes, String name) {
        StringBuilder wanted = new StringBuilder();
        for (String word : name.split("-", -1)) {
            if (!word.isEmpty()) {
                wanted.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
            }
        }
        wanted.append("Command");
        for (Class<?> c : classes) {
            if (c.getSimpleName().contentEquals(wanted)) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }
}
