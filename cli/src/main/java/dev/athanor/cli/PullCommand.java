package dev.athanor.cli;

import dev.athanor.hub.HubSettings;
import dev.athanor.hub.ModelName;
import dev.athanor.hub.Pull;
import dev.athanor.hub.PullResult;
import dev.athanor.hub.PulledFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code athanor pull}: a model from a Hugging Face hub. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fetch a model from a Hugging Face hub into the cache that Python uses too; print the folder it is in.",
            "Run it again after Ctrl-C or a broken connection: it goes on where it stopped."
        },
        footer = {
            "",
            "Environment: HF_TOKEN, HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, as in Python.",
            "",
            "Examples:",
            "  athanor pull openai-community/gpt2",
            "  athanor next --model openai-community/gpt2 --prompt \"The king\"",
            "  athanor pull Qwen/Qwen3-0.6B-GGUF --include \"*Q8_0.gguf\""
        })
final class PullCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "ORG/NAME[@REVISION]",
            description = "Model to fetch; a revision is a branch, tag or commit (main where none is given).")
    private String model = "";

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Fetch the files that match instead of those a model is read from; may be given several times.")
    private final List<String> include = new ArrayList<>();

    @Mixin
    private final Common common = new Common();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        ModelName name = ModelName.of(model);
        for (String glob : include) {
            if (glob.isBlank()) {
                throw common.usage("--include: expected a glob such as *.gguf, found an empty one");
            }
        }
        HubSettings settings = Main.of(spec).hub();
        PullView view = new PullView(Terminal.onStandardError());
        PullResult result = pull(settings, name, view);
        System.out.println(common.json ? json(result) : result.path());
        return 0;
    }

    private PullResult pull(HubSettings settings, ModelName name, PullView view) {
        Thread hook = new Thread(() -> view.stopped("stopped; go on with: athanor pull " + Shell.quote(model)));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return Pull.run(settings, name, include, view);
        } finally {
            view.close();
            release(hook);
        }
    }

    private static void release(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends in this very moment, and the hook has said so.
        }
    }

    private static Object json(PullResult result) {
        var node = Json.object();
        node.put("name", result.model().repository());
        node.put("revision", result.model().revision());
        node.put("commit", result.commit());
        node.put("path", result.path().toString());
        var files = node.putArray("files");
        for (PulledFile file : result.files()) {
            var row = files.addObject();
            row.put("name", file.name());
            row.put("bytes", file.bytes());
            row.put(file.algorithm(), file.hash());
            row.put("cached", file.cached());
        }
        node.put("bytes_downloaded", result.bytesDownloaded());
        return node;
    }
}
