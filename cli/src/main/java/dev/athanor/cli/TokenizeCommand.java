package dev.athanor.cli;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.GgufModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.generate.NearestTokens;
import dev.athanor.tokenizer.MergeTracer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.Tokenizers;
import dev.athanor.tokenizer.WordTrace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code athanor tokenize}: how a text is cut into tokens, and why. */
@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show the tokens of a text, given here, in a file or on standard input.",
            "␣ is a space; ⟨E2 82⟩ are bytes that are part of a character."
        },
        footer = {
            "",
            "docs/tokenizers.md says which tokenizers are read.",
            "Example:  athanor tokenize --model runs/quickstart --text \"apple aple\" --explain"
        })
final class TokenizeCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--text", paramLabel = "TEXT", description = "Text to cut.")
    private Optional<String> text = Optional.empty();

    @Option(names = "--file", paramLabel = "FILE", description = "File of text to cut.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--explain",
            description =
                    "Show the merges of every word, and the words of the vocabulary whose embeddings are nearest.")
    private boolean explain;

    @Option(
            names = "--for-model",
            description = "With what the model expects around a text, such as a token for its beginning.")
    private boolean forModel;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        if (text.isPresent() && file.isPresent()) {
            throw common.usage("--text, --file: expected one of them, found both");
        }
        Path path = model.directory();
        boolean weights = GgufModel.isNamed(path) || explain && Files.exists(path.resolve("config.json"));
        if (!weights) {
            show(Tokenizers.load(path), Optional.empty());
            return 0;
        }
        try (OpenModel open = ModelFiles.open(path)) {
            show(open.tokenizer(), Optional.of(new NearestTokens(open.parameters())));
        }
        return 0;
    }

    private void show(Tokenizer tokenizer, Optional<NearestTokens> near) {
        String input = input();
        int[] ids = forModel ? tokenizer.encodeForModel(input) : tokenizer.encode(input);
        List<WordTrace> words = explain ? MergeTracer.trace(tokenizer, input) : List.of();
        TokenTable table = new TokenTable(tokenizer, ids);
        WordLadders ladders = new WordLadders(tokenizer, near, words);
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, System.out.charset());
        if (common.json) {
            ObjectNode node = table.json(input);
            if (explain) {
                node.set("words", ladders.json());
            }
            out.println(node);
        } else if (explain) {
            ladders.print(out);
        } else {
            table.print(out, input);
        }
        out.flush();
    }

    private String input() {
        if (text.isPresent()) {
            return text.get();
        }
        String name = file.map(Path::toString).orElse("standard input");
        try {
            byte[] bytes = file.isPresent() ? Files.readAllBytes(file.get()) : System.in.readAllBytes();
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(name + ": expected UTF-8, found bytes that are not", e);
        } catch (FileSystemException e) {
            throw new UncheckedIOException(e); // its message is only the path; Failures says what is wrong with it
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
