package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.generate.NextTokens;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor next}: what could come next, with probabilities. */
@Command(
        name = "next",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Show the distribution over the next token; ␣ marks a space.",
        footer = {"", "Example:  athanor next --model runs/tales --prompt \"Sarah lies still on the bed, feeling\" --top 5"})
final class NextCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "Text to continue.")
    private String prompt = "";

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "Rows to show (default: ${DEFAULT-VALUE}).")
    private int top;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        if (top < 1) {
            throw new IllegalArgumentException("--top: expected at least 1, found " + top);
        }
        try (LanguageModel m = model.open(common)) {
            List<NextTokens> rows = m.next(prompt, top);
            if (common.json) {
                System.out.println(Bars.json(rows, true));
            } else {
                Bars.print(System.out, rows);
            }
        }
        return 0;
    }
}
