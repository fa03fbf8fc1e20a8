package dev.athanor.server.lab;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.tale.Words;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.TokenText;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** A checkpoint in the laboratory. It serves one request at a time; the others wait their turn. */
public final class LabModel implements AutoCloseable {
    /** Tales whose beginnings are what "on average" means in an ablation. */
    private static final long REFERENCE_SEED = 7;

    private final Path path;
    private final OpenModel model;
    private final Tokenizer tokenizer;
    private final int threads;
    private final Compute compute;
    private final Microscope microscope;
    private final Reference reference;
    private final ReentrantLock turn = new ReentrantLock(true);
    private boolean closed; // guarded by turn

    private LabModel(Path path, OpenModel model, Tokenizer tokenizer, int threads) {
        this.path = path;
        this.model = model;
        this.tokenizer = tokenizer;
        this.threads = threads;
        this.compute = Compute.create(threads);
        this.microscope = new Microscope(new Transformer(model.parameters(), compute));
        this.reference = new Reference(microscope, texts());
    }

    /**
     * Opens a directory in the Hugging Face layout or a GGUF file. One without a tokenizer is asked in token ids.
     *
     * @throws dev.athanor.checkpoint.ModelFormatException where a file is missing, damaged or contradicts another
     */
    @SuppressWarnings("MustBeClosedChecker") // what is returned owns the files and closes them
    public static LabModel open(Path path, int threads) {
        OpenModel model = ModelFiles.open(path);
        try {
            return new LabModel(path, model, tokenizer(model), threads);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static Tokenizer tokenizer(OpenModel model) {
        try {
            return model.tokenizer();
        } catch (TokenizerFormatException e) {
            if (String.valueOf(e.getMessage()).contains("found none")) {
                return new NumberTokenizer(model.config().vocabularySize());
            }
            throw e;
        }
    }

    /** Beginnings of tales; where the model cannot read them, random tokens. */
    private List<int[]> texts() {
        List<int[]> texts = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(REFERENCE_SEED);
        boolean readsTales = readsTales();
        for (int i = 0; i < Reference.TEXTS; i++) {
            int[] text = readsTales
                    ? tokenizer.encodeForModel(Tales.story(REFERENCE_SEED, i).text())
                    : random.ints(Reference.WORDS, 0, config().vocabularySize()).toArray();
            texts.add(Arrays.copyOf(text, Math.min(text.length, Reference.WORDS)));
        }
        return texts;
    }

    private boolean readsTales() {
        try {
            return tokenizer.encodeForModel(Tales.story(REFERENCE_SEED, 0).text()).length > 0;
        } catch (IllegalArgumentException e) {
            return false; // token ids, or characters of another kind
        }
    }

    /** A text this model can read, for a page that was given none. */
    public String beginning() {
        if (readsTales()) {
            return "Sarah lies still on the bed, feeling";
        }
        int[] text = reference.texts().getFirst();
        return tokenizer.decode(Arrays.copyOf(text, Math.min(text.length, Math.min(12, config().contextLength()))));
    }

    /** Does {@code work} when it is this request's turn. */
    <T> T inTurn(Supplier<T> work) {
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException(path + ": this checkpoint is closed");
            }
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    public Path path() {
        return path;
    }

    /** Threads it computes with. */
    int threads() {
        return threads;
    }

    /** Whether people can talk to it in words, not only in token ids. */
    boolean readsText() {
        return !(tokenizer instanceof NumberTokenizer);
    }

    /** Its folder's or file's name. */
    public String name() {
        Path last = path.toAbsolutePath().normalize().getFileName();
        return last == null ? path.toString() : last.toString();
    }

    public ModelConfig config() {
        return model.config();
    }

    /** How many numbers it stores. */
    long parameters() {
        return model.parameters().count();
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public Microscope microscope() {
        return microscope;
    }

    public Reference reference() {
        return reference;
    }

    Compute compute() {
        return compute;
    }

    /**
     * Tokens of a prompt as the model expects them.
     *
     * @throws IllegalArgumentException when it is empty or longer than the context, in one sentence
     */
    public int[] tokens(String prompt) {
        int[] tokens = prompt.isBlank() ? new int[0] : tokenizer.encodeForModel(prompt);
        if (tokens.length == 0) {
            throw new IllegalArgumentException("prompt: expected some text, found none");
        }
        if (tokens.length > config().contextLength()) {
            throw new IllegalArgumentException("prompt: expected at most " + config().contextLength()
                    + " tokens, the model's context, found " + tokens.length + "; shorten the prompt");
        }
        return tokens;
    }

    /** How the words of a text and of the dictionary are shown. */
    public Words words(int[] tokens) {
        return new Words() {
            @Override
            public String at(int position) {
                return inWord(tokens, position);
            }

            @Override
            public String of(int token) {
                return shown(token);
            }
        };
    }

    /** A token of a text; a piece of a word with the word it is a piece of. */
    private String inWord(int[] tokens, int position) {
        String piece = shown(tokens[position]);
        int[] pieces = piecesAt(tokens, position);
        return pieces.length == 1 ? piece : tokenizer.decode(pieces).strip() + " (" + piece + ")";
    }

    /** The tokens of the word that has a place. */
    private int[] piecesAt(int[] tokens, int position) {
        int from = position;
        while (from > 0 && continues(tokens[from])) {
            from--;
        }
        return Arrays.copyOfRange(tokens, from, lastPiece(tokens, position) + 1);
    }

    /** Where the word that has a place ends. */
    int lastPiece(int[] tokens, int position) {
        int last = position;
        while (last + 1 < tokens.length && continues(tokens[last + 1])) {
            last++;
        }
        return last;
    }

    /** The whole word a token belongs to, without spaces. */
    String wordAt(int[] tokens, int position) {
        return tokenizer.decode(piecesAt(tokens, position)).strip();
    }

    /** Whether a token goes on with the word before it. */
    private boolean continues(int token) {
        String text = text(token);
        return !text.isEmpty() && Character.isLetter(text.codePointAt(0));
    }

    /** A token for people: without the space before it, and never nothing. */
    String shown(int token) {
        String text = token < tokenizer.vocabularySize() ? TokenText.of(tokenizer, token) : "⟨" + token + "⟩";
        String bare = text.startsWith(" ") && !text.isBlank() ? text.substring(1) : text;
        StringBuilder shown = new StringBuilder();
        bare.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> shown.append('↵');
                case '\t' -> shown.append('⇥');
                case ' ' -> shown.append(bare.isBlank() ? "␣" : " ");
                default -> shown.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c);
            }
        });
        return shown.toString();
    }

    /** A token's text. */
    String text(int token) {
        return token < tokenizer.vocabularySize() ? TokenText.of(tokenizer, token) : "";
    }

    /** Waits for the request whose turn it is. */
    @Override
    public void close() {
        turn.lock();
        try {
            closed = true;
            compute.close();
            model.close();
        } finally {
            turn.unlock();
        }
    }
}
