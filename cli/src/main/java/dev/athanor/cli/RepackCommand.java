package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.RowsWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code athanor repack}: the rows of a quantised model in the order in which they are read. */
@Command(
        name = "repack",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lay a quantised model out for reading once, in a file beside it, instead of at every start.",
        footer = {
            "",
            "The file is FILE.gguf.rows, about as large as the model. Every command that opens the model checks it and",
            "uses it; it may be deleted at any time.",
            "Example:  athanor repack --model tales-q8_0.gguf"
        })
final class RepackCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--remove", description = "Delete the file instead.")
    private boolean remove;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        Path path = model.directory();
        if (remove) {
            return removed(path);
        }
        long begin = System.nanoTime();
        RowsWriter.Result result = RowsWriter.write(path)
                .orElseThrow(() -> new IllegalArgumentException(path + ": expected a matrix in q8_0, q4_0, q4_k, q5_k "
                        + "or q6_k, found none; others are read as they are"));
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (common.json) {
            ObjectNode node = Json.object();
            node.put("file", result.file().toString());
            node.put("matrices", result.matrices());
            node.put("bytes", result.bytes());
            node.put("seconds", seconds);
            System.out.println(node);
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d matrices, %s, in %.1f s%n",
                    result.file(),
                    result.matrices(),
                    Units.bytes(result.bytes()),
                    seconds);
        }
        return 0;
    }

    private int removed(Path path) {
        Path file = RowsWriter.file(path);
        boolean removed = RowsWriter.remove(path);
        if (common.json) {
            System.out.println(Json.object().put("file", file.toString()).put("removed", removed));
        } else {
            System.out.println(file + (removed ? ": deleted" : ": there is no such file"));
        }
        return 0;
    }
}
