package dev.athanor.cli;

import dev.athanor.microscope.watch.Timeline;
import dev.athanor.microscope.watch.WatchFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor timeline}: how the heads of a model came to do what they do. */
@Command(
        name = "timeline",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Show what train --watch recorded: losses, what each head looks at, and what it is good for.",
        footer = {"", "Example:  athanor timeline --model runs/induction"})
final class TimelineCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of a run that was watched.")
    private Path model = Path.of("");

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        Timeline timeline = WatchFile.read(model);
        if (common.json) {
            System.out.println(TimelinePage.json(timeline));
        } else {
            TimelinePage.lines(timeline).forEach(System.out::println);
        }
        return 0;
    }
}
