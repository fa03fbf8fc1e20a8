package dev.athanor.chat;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.generate.batch.Ended;
import dev.athanor.generate.batch.Engine;
import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.TextListener;
import dev.athanor.generate.batch.TextRequest;
import dev.athanor.generate.batch.Ticket;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.kernel.Compute;
import dev.athanor.model.KvType;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.RunOptions;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * A model that answers: the shortest way from Java to a conversation. Any number of threads may ask at once.
 *
 * <pre>{@code
 * try (Assistant assistant = Assistant.open(Path.of("runs/teller"), 2)) {
 *     Reply reply = assistant.ask(ChatRequest.of(List.of(Message.user("Who are you?")), SamplerSettings.builder().build()));
 *     System.out.println(reply.answer().content());
 * }
 * }</pre>
 */
public final class Assistant implements AutoCloseable {
    /** Tokens at the end of a prompt in which a template may open the thinking. */
    private static final int LAST_TOKENS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final OpenModel model;
    private final Compute compute;
    private final Tokenizer tokenizer;
    private final ChatFormat format;
    private final Engine engine;

    private Assistant(
            OpenModel model,
            Tokenizer tokenizer,
            ChatFormat format,
            Compute compute,
            KvType kv,
            EngineLimits limits,
            Speculation speculation) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.format = format;
        this.compute = compute;
        Transformer transformer = new Transformer(model.parameters(), compute, kv);
        this.engine = new Engine(transformer, tokenizer, model.endTokens(), limits, speculation);
    }

    /** Opens a model directory or GGUF file. */
    public static Assistant open(Path model, int threads) {
        return open(model, threads, EngineLimits.DEFAULT);
    }

    /**
     * Opens a model directory or GGUF file; its weights stay mapped.
     *
     * @throws dev.athanor.checkpoint.ModelFormatException where a file is missing, damaged or contradicts another
     * @throws IllegalArgumentException where its chat template cannot be read
     */
    public static Assistant open(Path path, int threads, EngineLimits limits) {
        return of(ModelFiles.open(path), RunOptions.of(threads), limits, Speculation.none());
    }

    /**
     * As the other, run as {@code options} say; tokens are guessed while one answer is written alone.
     *
     * @param speculation a smaller model in it stays the caller's, to be closed after the assistant
     * @throws IllegalArgumentException also where that model has another vocabulary, or this model's heads cannot be
     *     stored as {@code options} ask
     */
    @SuppressWarnings("MustBeClosedChecker") // what is returned owns the files and closes them
    public static Assistant open(Path path, RunOptions options, EngineLimits limits, Speculation speculation) {
        return of(ModelFiles.open(path, options.weights()), options, limits, speculation);
    }

    /** An assistant on a model that is open; it is closed with the assistant, or now where this fails. */
    public static Assistant of(OpenModel model, int threads, EngineLimits limits) {
        return of(model, RunOptions.of(threads), limits, Speculation.none());
    }

    /** As {@link #open(Path, RunOptions, EngineLimits, Speculation)} on a model that is open. */
    public static Assistant of(OpenModel model, RunOptions options, EngineLimits limits, Speculation speculation) {
        try {
            options.kv().check(model.config());
            Tokenizer tokenizer = model.tokenizer();
            ChatFormat format = ChatFormat.of(model.chat(), tokenizer);
            Compute compute = Compute.create(options.threads(), options.matmul());
            try {
                return new Assistant(model, tokenizer, format, compute, options.kv(), limits, speculation);
            } catch (RuntimeException e) {
                compute.close();
                throw e;
            }
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Waits for the answer.
     *
     * @throws IllegalArgumentException when the conversation cannot be answered, in one sentence
     * @throws dev.athanor.generate.batch.EngineFullException when too many wait already
     */
    public Reply ask(ChatRequest request) {
        return ask(request, piece -> {});
    }

    /**
     * Waits for the answer and hands over its text piece by piece, on this thread. A listener that throws ends the
     * answer, as does an interruption of the thread.
     *
     * @throws CancellationException where the thread was interrupted
     */
    public Reply ask(ChatRequest request, Consumer<String> listener) {
        Listened heard = new Listened();
        Ticket ticket = ask(request, heard);
        try {
            return heard.hear(listener);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the thread that waited for the answer was interrupted");
        } finally {
            ticket.cancel(); // nothing, where the answer is complete
        }
    }

    /** Returns at once; the listener hears the answer. Throws as {@link #ask(ChatRequest)} where it cannot begin. */
    public Ticket ask(ChatRequest request, ReplyListener listener) {
        return ask(request(request), tools(request), listener);
    }

    /**
     * As the other, for a request that {@link #request} made and somebody changed.
     *
     * @param tools that may be found in the answer
     */
    public Ticket ask(TextRequest text, List<Tool> tools, ReplyListener listener) {
        AnswerStream stream = new AnswerStream(format, tools, listener, opensThinking(text.prompt()));
        return engine.submit(text, new TextListener() {
            @Override
            public void token(Spoken token) {
                listener.token(token);
                stream.feed(token.piece());
            }

            @Override
            public void ended(Ended ended) {
                stream.feed(ended.rest());
                Answer answer = stream.end();
                listener.done(new Reply(answer, stream.text(), ended.reason(), ended.usage()));
            }

            @Override
            public void failed(RuntimeException reason) {
                listener.failed(reason);
            }
        });
    }

    /** What the engine is asked for a conversation. */
    public TextRequest request(ChatRequest request) {
        List<Tool> tools = tools(request);
        int[] prompt = format.encode(request.messages(), tools, true);
        int room = config().contextLength() - prompt.length;
        if (room < 1) {
            throw new IllegalArgumentException("messages: expected at most " + (config().contextLength() - 1)
                    + " tokens, the context of " + config().contextLength() + " with room for an answer, found "
                    + prompt.length);
        }
        Optional<Constraint> form = request.form();
        if (request.choice().mode() == ToolChoice.Mode.REQUIRED) {
            form = Optional.of(format.calling(chosen(request)));
        } else if (form.isPresent() && !tools.isEmpty()) {
            form = Optional.of(new EitherForm(format.calling(tools), form.get()));
        }
        List<String> stop = new ArrayList<>(request.stop());
        stop.addAll(format.stops());
        int most = request.maxTokens() > 0 ? request.maxTokens() : room;
        return new TextRequest(
                prompt,
                most,
                request.sampling(),
                stop,
                format.endTokens(),
                false,
                form,
                -1,
                false,
                format.spoken(),
                true);
    }

    private static List<Tool> tools(ChatRequest request) {
        return request.choice().mode() == ToolChoice.Mode.NONE ? List.of() : request.tools();
    }

    private static List<Tool> chosen(ChatRequest request) {
        String name = request.choice().name();
        List<Tool> chosen = request.tools().stream()
                .filter(tool -> name.isEmpty() || tool.name().equals(name))
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("tool_choice: expected "
                    + (name.isEmpty() ? "at least one tool" : "one of the tools given") + ", found "
                    + (name.isEmpty() ? "none" : "another"));
        }
        return chosen;
    }

    private boolean opensThinking(int[] prompt) {
        int[] last = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - LAST_TOKENS), prompt.length);
        return tokenizer.decode(last).stripTrailing().endsWith(AnswerReader.THINK);
    }

    /** An embedding of length 1, [d]. */
    public float[] embed(String text) {
        return engine.embed(tokenizer.encodeForModel(text));
    }

    /** Tokens a conversation takes. */
    public int[] tokens(List<Message> messages, List<Tool> tools) {
        return format.encode(messages, tools, true);
    }

    public ChatFormat format() {
        return format;
    }

    public Engine engine() {
        return engine;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public ModelConfig config() {
        return model.config();
    }

    /** The open files: weights, notes and what they say about conversations. */
    public OpenModel model() {
        return model;
    }

    /** Its folder's or file's name. */
    public String name() {
        Path last = model.path().toAbsolutePath().normalize().getFileName();
        return last == null ? model.path().toString() : last.toString();
    }

    /** Lets answers under way end, for some seconds. */
    @Override
    public void close() {
        engine.drain(PATIENCE);
        engine.close();
        compute.close();
        model.close();
    }
}
