package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every command and every option explains itself. */
class HelpTest {
    private static List<CommandLine> all(CommandLine line) {
        List<CommandLine> found = new ArrayList<>(List.of(line));
        line.getSubcommands().values().forEach(sub -> found.addAll(all(sub)));
        return found;
    }

    @Test
    void everyCommandPrintsItsHelpOnStandardOutput() {
        List<CommandLine> commands = all(new CommandLine(new Main()));
        assertEquals(30, commands.size(), "athanor, twenty-two commands and seven benchmarks");
        for (CommandLine command : commands) {
            List<String> words = new ArrayList<>(
                    List.of(command.getCommandSpec().qualifiedName().split(" ")));
            words.add("--help");
            Outcome help = Outcome.of(words.subList(1, words.size()).toArray(new String[0]));
            assertEquals(0, help.code(), words.toString());
            assertTrue(
                    help.out().startsWith("Usage: " + command.getCommandSpec().qualifiedName()), help.out());
            assertEquals("", help.err());
        }
    }

    @Test
    void aNamedCommandComesAloneAndIsTheSame() {
        CommandLine whole = new CommandLine(new Main());
        whole.getSubcommands().forEach((name, command) -> {
            CommandLine alone = OneCommand.of(new Main(), new String[] {name, "--help"});
            assertEquals(List.of(name), List.copyOf(alone.getSubcommands().keySet()));
            List<String> help = alone.getSubcommands().values().stream()
                    .map(CommandLine::getUsageMessage)
                    .toList();
            assertEquals(List.of(command.getUsageMessage()), help);
        });
        assertEquals(
                whole.getSubcommands().keySet(),
                OneCommand.of(new Main(), new String[] {"trian"})
                        .getSubcommands()
                        .keySet());
    }

    @Test
    void everyOptionSaysWhatItDoesAndEveryDefaultIsShown() {
        for (CommandLine command : all(new CommandLine(new Main()))) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                String description = String.join(" ", option.description());
                assertTrue(!description.isBlank(), command.getCommandName() + " " + option.longestName());
                assertTrue(
                        option.defaultValue() == null || description.contains("default: " + option.defaultValue()),
                        command.getCommandName() + " " + option.longestName() + ": " + description);
            }
        }
    }

    @Test
    void everyVerbOffersJson() {
        for (CommandLine command : all(new CommandLine(new Main()))) {
            if (command.getSubcommands().isEmpty()) {
                assertTrue(command.getCommandSpec().findOption("--json") != null, command.getCommandName());
            }
        }
    }

    @Test
    void theVersionIsPrinted() {
        Outcome version = Outcome.of("--version");
        assertEquals(0, version.code(), version.err());
        assertTrue(version.out().startsWith("Athanor "), version.out());
    }
}
