package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.model.RunOptions;
import dev.athanor.server.openai.ServeOptions;
import dev.athanor.server.openai.Serving;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor serve}: an OpenAI-compatible server. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Serve a model to programs, by the addresses of OpenAI's API: chat, completions, embeddings, tokens.",
            "Only this machine can reach it unless told otherwise; prompts are not logged."
        },
        footer = {
            "",
            "Example:  athanor serve --model runs/quickstart --port 8080",
            "          curl http://127.0.0.1:8080/v1/completions -d '{\"prompt\":\"The king\",\"max_tokens\":20}'"
        })
final class ServeCommand implements Callable<Integer> {
    private static final int MOST_PORT = 65_535;
    private static final int MOST_TEXTS = 4096;
    private static final int MOST_MIB = 1 << 20;
    private static final Duration DRAIN = Duration.ofSeconds(7);

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "Its port; 0 for any that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to bind to; another than this machine's lets others in (default: ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Mixin
    private final ApiKeyOption key = new ApiKeyOption();

    @Option(
            names = "--cors",
            paramLabel = "ORIGIN",
            description = "A web page's origin that may ask, or * for all; may be given several times (default: none).")
    private List<String> origins = List.of();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "64",
            description = "Texts written at once (default: ${DEFAULT-VALUE}).")
    private int parallel;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "64",
            description = "Texts that wait; one more is refused with 503 (default: ${DEFAULT-VALUE}).")
    private int queue;

    @Option(
            names = "--prefix-cache",
            paramLabel = "MIB",
            defaultValue = "512",
            description = "Memory for prompts that begin alike; 0 for none (default: ${DEFAULT-VALUE}).")
    private int prefixMib;

    @Mixin
    private final MatmulOption matmul = new MatmulOption();

    @Mixin
    private final SpeculateOptions speculate = new SpeculateOptions();

    @Mixin
    private final WeightsOption weights = new WeightsOption();

    @Mixin
    private final KvOption kv = new KvOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() throws InterruptedException {
        common.require("--port", port, 0, MOST_PORT);
        common.require("--parallel", parallel, 1, MOST_TEXTS);
        common.require("--queue", queue, 0, MOST_TEXTS);
        common.require("--prefix-cache", prefixMib, 0, MOST_MIB);
        origins.forEach(this::requireOrigin);
        Optional<String> apiKey = key.key();
        EngineLimits limits = new EngineLimits(parallel, queue, (long) prefixMib << 20, EngineLimits.DEFAULT.chunk());
        ServeOptions options = new ServeOptions(host, port, apiKey, origins, ServeOptions.LOCAL.bodyBytes(), limits);
        if (!options.local() && apiKey.isEmpty()) {
            System.err.println(
                    "athanor: anybody who reaches " + host + " may ask; give --api-key-file to let only some");
        }
        try (SpeculateOptions.Asked guesses = speculate.open(common);
                Assistant assistant = Assistant.open(
                        model.directory(),
                        new RunOptions(
                                common.threads(),
                                kv.type(common),
                                matmul.choice(),
                                weights.of(model.directory(), common)),
                        limits,
                        guesses.way())) {
            assistant.model().notes().forEach(note -> System.err.println("athanor: " + note));
            Serving serving = Serving.start(assistant, options);
            System.out.println(serving.address());
            System.err.println(String.format(
                    Locale.ROOT,
                    "Serving %s at %s/v1 with a context of %,d tokens; conversations as %s. Ctrl-C ends.",
                    Visible.line(assistant.name()),
                    serving.address(),
                    assistant.config().contextLength(),
                    Visible.line(assistant.format().origin())));
            CountDownLatch stopped = new CountDownLatch(1);
            CountDownLatch closed = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                serving.refuseMore(); // here, for the thread that drains may have to wait for a processor
                stopped.countDown();
                awaitQuietly(closed);
            }));
            stopped.await();
            boolean all = serving.drain(DRAIN);
            System.err.println(
                    all
                            ? "All texts under way were complete."
                            : "Some texts were cut off after " + DRAIN.toSeconds() + " s.");
            closed.countDown();
        }
        return 0;
    }

    private void requireOrigin(String origin) {
        if (!origin.equals("*") && !origin.matches("https?://[^/\\s]+")) {
            throw common.usage("--cors: expected * or an origin like https://example.org without a path, found \""
                    + origin + "\"");
        }
    }

    /** The JVM ends with its hooks, so they wait for the server. */
    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(DRAIN.plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("athanor: the server did not close in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
