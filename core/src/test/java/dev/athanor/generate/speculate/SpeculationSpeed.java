package dev.athanor.generate.speculate;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.generate.Generation;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Generator;
import dev.athanor.generate.Sampling;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Tokens a second with and without guesses, in turn; run by hand: MODEL DRAFT TOKENS ROUNDS PROMPT… */
final class SpeculationSpeed {
    private SpeculationSpeed() {}

    private record Way(String name, Speculation speculation) {}

    public static void main(String[] args) {
        try (OpenModel large = ModelFiles.open(Path.of(args[0]));
                OpenModel small = ModelFiles.open(Path.of(args[1]));
                Compute compute = Compute.create(2)) {
            Tokenizer tokenizer = large.tokenizer();
            Generator generator =
                    new Generator(new Transformer(large.parameters(), compute), tokenizer, large.endTokens());
            List<Way> ways = List.of(
                    new Way("plain", Speculation.none()),
                    new Way("lookup", new Speculation.Lookup(Speculation.USUAL)),
                    new Way("draft", new Speculation.Draft("small", small.parameters(), small.tokenizer(), 16)));
            List<String> prompts = Arrays.asList(args).subList(4, args.length);
            for (double temperature : new double[] {0, 0.8}) {
                for (String prompt : prompts) {
                    measure(generator, ways, prompt, temperature, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
                }
            }
        }
    }

    private static void measure(
            Generator generator, List<Way> ways, String prompt, double temperature, int tokens, int rounds) {
        double[][] speeds = new double[ways.size()][rounds];
        double[][] ratios = new double[ways.size()][rounds];
        List<String> notes = new ArrayList<>();
        for (int round = -1; round < rounds; round++) { // the first warms up
            for (int way = 0; way < ways.size(); way++) {
                Generation g = generator.generate(new GenerationRequest(
                        prompt,
                        tokens,
                        Sampling.of(temperature, 1),
                        List.of(),
                        true,
                        ways.get(way).speculation()));
                if (round >= 0) {
                    speeds[way][round] = g.tokensPerSecond();
                    ratios[way][round] = g.tokensPerSecond() / speeds[0][round];
                } else {
                    notes.add(g.ids().length + " tokens "
                            + g.speculation().map(Object::toString).orElse(""));
                }
            }
        }
        System.out.println("temperature " + temperature + ", " + prompt.replace("\n", "\\n"));
        for (int way = 0; way < ways.size(); way++) {
            Arrays.sort(speeds[way]);
            Arrays.sort(ratios[way]);
            System.out.printf(
                    Locale.ROOT,
                    "  %-7s %7.1f tokens/s, %.2f times plain; %s%n",
                    ways.get(way).name(),
                    speeds[way][rounds / 2],
                    ratios[way][rounds / 2],
                    notes.get(way));
        }
    }
}
