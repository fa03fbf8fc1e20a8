package dev.athanor.tokenizer;

/** Text to token ids and back. Implementations are immutable and safe to share between threads. */
public interface Tokenizer {
    /** Number of ids: every id is in {@code [0, vocabularySize())}. */
    int vocabularySize();

    /** Ids of {@code text}; the names of special tokens inside the text are ordinary text here. */
    int[] encode(String text);

    /**
     * Ids of {@code text}, where the names of special tokens inside the text become those tokens. Never for text from
     * strangers.
     */
    default int[] encodeWithSpecials(String text) {
        return encode(text);
    }

    /**
     * {@link #encode} and around it the ids that the tokenizer's file says a model expects, such as a beginning-of-text
     * token.
     */
    default int[] encodeForModel(String text) {
        return encode(text);
    }

    /** The bytes id {@code id} stands for; special tokens stand for the UTF-8 of their name. */
    byte[] bytes(int id);

    /** Text of {@code ids}; bytes that are not UTF-8 become U+FFFD. */
    String decode(int... ids);

    /** Whether {@code id} is a control token such as end-of-text rather than a piece of text. */
    boolean isSpecial(int id);

    /** Id of the special or ordinary token with exactly this name, or -1. */
    int id(String token);

    /** Id that ends a document ({@code <|endoftext|>}), or -1 when the vocabulary has none. */
    int endOfText();
}
