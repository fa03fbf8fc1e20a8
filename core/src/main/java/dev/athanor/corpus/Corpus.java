package dev.athanor.corpus;

import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;

/**
 * Training and validation tokens of a source.
 *
 * <p>A source of many documents is split by documents: every document goes to validation with the same probability,
 * decided by its number alone. A source of one document is split by position, its last part being validation, as
 * nanoGPT does with Shakespeare.
 */
public record Corpus(TokenStore train, TokenStore validation) {
    /** Every tenth of a single text, every twentieth document. */
    private static final double TAIL = 0.1;

    private static final int DOCUMENTS_PER_VALIDATION = 20;

    /** Encodes {@code source}; an end-of-text token follows every document where the vocabulary has one. */
    public static Corpus encode(TextSource source, Tokenizer tokenizer) {
        long[] documents = new long[1];
        source.read(d -> documents[0]++);
        if (documents[0] == 0) {
            throw new CorpusException(source.name() + ": expected text, found none");
        }
        TokenBuffer train = new TokenBuffer();
        TokenBuffer validation = new TokenBuffer();
        long[] number = new long[1];
        source.read(document -> {
            if (documents[0] == 1) {
                // Characters, so that the split of Shakespeare is nanoGPT's: 1,003,854 and 111,540.
                int cut = (int) (document.text().length() * (1 - TAIL));
                add(train, tokenizer, document.text().substring(0, cut), false);
                add(validation, tokenizer, document.text().substring(cut), false);
            } else {
                boolean held = number[0]++ % DOCUMENTS_PER_VALIDATION == DOCUMENTS_PER_VALIDATION - 1
                        || (documents[0] < DOCUMENTS_PER_VALIDATION && number[0] == documents[0]);
                add(held ? validation : train, tokenizer, document.text(), true);
            }
        });
        if (train.size() == 0) {
            throw new CorpusException(source.name() + ": expected text, found only empty documents");
        }
        return new Corpus(train, validation);
    }

    private static void add(TokenBuffer to, Tokenizer tokenizer, String text, boolean end) {
        to.add(tokenizer.encode(text), text.getBytes(StandardCharsets.UTF_8).length);
        if (end && tokenizer.endOfText() >= 0) {
            to.add(new int[] {tokenizer.endOfText()}, 0);
        }
    }

    /** Refuses a corpus from which not even one training example can be cut. */
    public void requireContext(String source, int context) {
        if (train.size() < context + 1L) {
            throw new CorpusException(source + ": expected at least context + 1 = " + (context + 1)
                    + " training tokens, found " + train.size() + "; give more text or a smaller context");
        }
        if (validation.size() < 2) {
            throw new CorpusException(source + ": expected at least 2 validation tokens, found " + validation.size()
                    + "; give more text");
        }
    }
}
