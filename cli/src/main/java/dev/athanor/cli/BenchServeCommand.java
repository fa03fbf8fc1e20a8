package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.checkpoint.ChatSource;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.model.Parameters;
import dev.athanor.model.RunOptions;
import dev.athanor.server.lab.NumberTokenizer;
import dev.athanor.server.openai.ServeOptions;
import dev.athanor.server.openai.Serving;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code athanor bench serve}: many clients of one server. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Time a server on this machine with 1, 4, 16 and 64 clients that stream greedy completions at once: tokens per "
                    + "second of all of them, time to the first token, and time between two tokens."
        })
final class BenchServeCommand implements Callable<Integer> {
    private static final int MOST_CLIENTS = 128; // that many the engine writes or lets wait
    private static final int MOST = 1 << 14;

    @Option(
            names = "--shape",
            defaultValue = "gpt2-124m",
            paramLabel = "NAME",
            description = "gpt2-124m, small-10m or nano-char with random weights (default: ${DEFAULT-VALUE}).")
    private String shape = "gpt2-124m";

    @Option(names = "--model", paramLabel = "PATH", description = "Model directory or GGUF file instead of a shape.")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--prompt",
            defaultValue = "32",
            paramLabel = "N",
            description = "Tokens of a prompt (default: ${DEFAULT-VALUE}).")
    private int prompt;

    @Option(
            names = "--tokens",
            defaultValue = "64",
            paramLabel = "N",
            description = "Tokens each client asks for (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description = "Rounds after one that warms up; the median is printed (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--clients",
            defaultValue = "1,4,16,64",
            split = ",",
            paramLabel = "N",
            description = "Clients at once; several numbers with commas (default: ${DEFAULT-VALUE}).")
    private List<Integer> clients = List.of(1, 4, 16, 64);

    @Mixin
    private final MatmulOption matmul = new MatmulOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.require("--prompt", prompt, 2, MOST);
        common.require("--tokens", tokens, 2, MOST);
        common.require("--rounds", rounds, 1, 100);
        clients.forEach(count -> common.require("--clients", count, 1, MOST_CLIENTS));
        try (Assistant assistant = assistant();
                Serving serving = Serving.start(assistant, ServeOptions.LOCAL)) {
            List<ServeLoad.Result> results = new ArrayList<>();
            int vocabulary = assistant.tokenizer().vocabularySize();
            for (int count : clients) {
                results.add(new ServeLoad(serving.address(), count, prompt, tokens, vocabulary).median(rounds));
                if (!common.json) {
                    print(results.getLast(), results.getFirst());
                }
            }
            if (common.json) {
                System.out.println(json(results));
            }
        }
        return 0;
    }

    private Assistant assistant() {
        if (model.isPresent()) {
            return Assistant.open(
                    model.get(),
                    RunOptions.of(common.threads()).with(matmul.choice()),
                    EngineLimits.DEFAULT,
                    Speculation.none());
        }
        Parameters parameters = BenchModels.named(shape, prompt + tokens);
        int vocabulary = parameters.config().vocabularySize();
        OpenModel open = new OpenModel(
                Path.of(shape),
                parameters,
                List.of(),
                List.of(),
                ChatSource.NONE,
                () -> new NumberTokenizer(vocabulary),
                () -> {});
        return Assistant.of(
                open, RunOptions.of(common.threads()).with(matmul.choice()), EngineLimits.DEFAULT, Speculation.none());
    }

    private static void print(ServeLoad.Result r, ServeLoad.Result alone) {
        System.out.printf(
                Locale.ROOT,
                "%2d clients: %7.1f tokens/s, %4.1f × %s; first token %6.0f ms (p50) %6.0f (p99); "
                        + "between tokens %5.1f ms (p50) %5.1f (p99)%n",
                r.clients(),
                r.tokensPerSecond(),
                r.tokensPerSecond() / alone.tokensPerSecond(),
                alone.clients() == 1 ? "one" : "the first row",
                r.firstP50(),
                r.firstP99(),
                r.gapP50(),
                r.gapP99());
    }

    private static ObjectNode json(List<ServeLoad.Result> results) {
        ObjectNode node = Json.object();
        var rows = node.putArray("clients");
        for (ServeLoad.Result r : results) {
            ObjectNode row = rows.addObject().put("clients", r.clients());
            Json.put(row, "tokens_per_second", r.tokensPerSecond());
            Json.put(row, "first_token_ms_p50", r.firstP50());
            Json.put(row, "first_token_ms_p99", r.firstP99());
            Json.put(row, "between_tokens_ms_p50", r.gapP50());
            Json.put(row, "between_tokens_ms_p99", r.gapP99());
        }
        return node;
    }
}
