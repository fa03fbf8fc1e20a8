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
        description = {"Show the distribution over the next token, computed over the whole vocabulary.", Bars.LEGEND},
        footer = {
            "",
            "Example:  athanor next --model runs/quickstart --prompt \"Sarah lies still on the bed, feeling\" --top 5"
        })
final class NextCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "Text to continue.")
    private String prompt = "";

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "Rows to show (default: ${DEFAULT-VALUE}).")
    private int top;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.requireAtLeast("--top", top, 1);
        try (LanguageModel m = model.openQuickly(common, ModelOption.exactly(common))) {
            List<NextTokens> rows = m.next(prompt, top);
            if (common.json) {
                System.out.println(Bars.json(rows, true));
            } else {
                Bars.print(System.out, rows, m.words(prompt, rows));
            }
        }
        return 0;
    }
}
