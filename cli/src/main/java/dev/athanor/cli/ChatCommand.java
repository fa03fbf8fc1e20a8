package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.model.RunOptions;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor chat}: talk with a model. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Talk with a model in its own chat template; a model without one reads the record of a conversation.",
            "/help lists what can be typed there beside messages. Without a terminal every line of standard input is one "
                    + "message, and only answers are printed."
        },
        footer = {
            "",
            "Examples:",
            "  athanor chat --model Qwen/Qwen3-0.6B --system \"Answer in one sentence.\"",
            "  echo \"Who are you?\" | athanor chat --model Qwen/Qwen3-0.6B --json"
        })
final class ChatCommand implements Callable<Integer> {
    /** One person reads one answer; the prefixes are the conversation's own. */
    private static final EngineLimits LIMITS = new EngineLimits(1, 2, 512L << 20, 256);

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--system", paramLabel = "TEXT", description = "Rules for the whole conversation.")
    private String system = "";

    @Mixin
    private final ChatOptions options = new ChatOptions();

    @Mixin
    private final SpeculateOptions speculate = new SpeculateOptions();

    @Option(
            names = "--load",
            paramLabel = "FILE",
            description = "Go on with a conversation: JSON that /save wrote, or {\"messages\": [...]} of elsewhere.")
    private @Nullable Path load;

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description = "Keep what is typed in this file for the next time; without it nothing is kept.")
    private @Nullable Path history;

    @Mixin
    private final MatmulOption matmul = new MatmulOption();

    @Mixin
    private final WeightsOption weights = new WeightsOption();

    @Mixin
    private final KvOption kv = new KvOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() throws IOException {
        Path directory = model.directory();
        ChatDefaults defaults = ChatDefaults.of(directory);
        ChatSettings settings = options.settings(common, defaults);
        Conversation conversation = new Conversation();
        if (load != null) {
            conversation.set(ConversationFile.load(load));
        }
        if (common.given("--system")) {
            conversation.system(system);
        }
        try (SpeculateOptions.Asked guesses = speculate.open(common);
                Assistant assistant = Assistant.open(
                        directory,
                        new RunOptions(
                                common.threads(), kv.type(common), matmul.choice(), weights.of(directory, common)),
                        LIMITS,
                        guesses.way())) {
            assistant.model().notes().forEach(note -> System.err.println("athanor: " + note));
            Talk talk = new Talk(assistant, conversation, settings);
            List<String> greeting = List.of(
                    assistant.name() + ": " + talk.context() + " tokens of context, " + form(assistant),
                    settings.line() + " (" + options.origin(common, defaults) + ")");
            if (common.json || !onTerminal()) {
                if (!common.json) {
                    greeting.forEach(line -> System.err.println("athanor: " + line));
                }
                pipe(talk);
            } else {
                session(talk, greeting);
            }
        }
        return 0;
    }

    private static String form(Assistant assistant) {
        return assistant.model().chat().template(false).isPresent()
                ? "messages in " + assistant.format().origin()
                : "messages as " + assistant.format().origin();
    }

    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private void pipe(Talk talk) throws IOException {
        // Closing it would close standard input, which is not this command's.
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        new ChatPipe(talk, common.json, System.out).run(in);
    }

    private void session(Talk talk, List<String> greeting) throws IOException {
        List<String> lines = new ArrayList<>(greeting);
        lines.add("/help says what else can be typed; Ctrl-D leaves.");
        try (var terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .encoding(StandardCharsets.UTF_8)
                .build()) {
            new ChatSession(talk, terminal, historyFile(), System.getenv()).run(lines);
        }
    }

    private Optional<Path> historyFile() {
        if (history != null && Files.isDirectory(history)) {
            throw common.usage("--history: expected a file, found the folder " + history);
        }
        return Optional.ofNullable(history);
    }
}
