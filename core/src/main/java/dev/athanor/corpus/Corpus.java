package dev.athanor.corpus;

import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Training and validation tokens of a source.
 *
 * <p>A source of many documents is split by documents: every document goes to validation with the same probability,
 * decided by its number alone. A source of one document is split by position, its last part being validation, as
 * nanoGPT does with Shakespeare.
 *
 * @param example tokens of every document, where each is one example by itself
 */
public record Corpus(TokenStore train, TokenStore validation, OptionalInt example) {
    /** Every tenth of a single text, every twentieth document. */
    private static final double TAIL = 0.1;

    private static final int DOCUMENTS_PER_VALIDATION = 20;

    /** Text that examples may be cut from anywhere. */
    public Corpus(TokenStore train, TokenStore validation) {
        this(train, validation, OptionalInt.empty());
    }

    /** Encodes {@code source} into memory; an end-of-text token follows every document where the vocabulary has one. */
    public static Corpus encode(TextSource source, Tokenizer tokenizer) {
        TokenBuffer train = new TokenBuffer();
        TokenBuffer validation = new TokenBuffer();
        encode(source, tokenizer, train, validation);
        return new Corpus(train, validation, source.exampleLength());
    }

    /** As {@link #encode(TextSource, Tokenizer)}, into shards below {@code directory}, which must not exist. */
    public static Corpus encode(TextSource source, Tokenizer tokenizer, Path directory) {
        try (TokenShardWriter train = new TokenShardWriter(directory, "train", tokenizer.vocabularySize());
                TokenShardWriter validation =
                        new TokenShardWriter(directory, "validation", tokenizer.vocabularySize())) {
            encode(source, tokenizer, train, validation);
            train.finish();
            validation.finish();
        }
        return open(source, directory);
    }

    /** The shards that {@link #encode(TextSource, Tokenizer, Path)} wrote of the same source. */
    public static Corpus open(TextSource source, Path directory) {
        return new Corpus(
                TokenShards.open(directory, "train"),
                TokenShards.open(directory, "validation"),
                source.exampleLength());
    }

    private static void encode(TextSource source, Tokenizer tokenizer, TokenSink train, TokenSink validation) {
        long[] documents = new long[1];
        source.read(d -> documents[0]++);
        if (documents[0] == 0) {
            throw new CorpusException(source.name() + ": expected text, found none");
        }
        long[] number = new long[1];
        long[] trained = new long[1];
        source.read(document -> {
            if (documents[0] == 1) {
                // Characters, so that the split of Shakespeare is nanoGPT's: 1,003,854 and 111,540.
                int cut = (int) (document.text().length() * (1 - TAIL));
                trained[0] += add(train, tokenizer, document.text().substring(0, cut), false);
                add(validation, tokenizer, document.text().substring(cut), false);
            } else {
                boolean held = number[0]++ % DOCUMENTS_PER_VALIDATION == DOCUMENTS_PER_VALIDATION - 1
                        || (documents[0] < DOCUMENTS_PER_VALIDATION && number[0] == documents[0]);
                int ids = add(held ? validation : train, tokenizer, document.text(), true);
                requireExample(source, tokenizer, ids);
                trained[0] += ids;
            }
        });
        if (trained[0] == 0) {
            throw new CorpusException(source.name() + ": expected text, found only empty documents");
        }
    }

    private static void requireExample(TextSource source, Tokenizer tokenizer, int ids) {
        int end = tokenizer.endOfText() >= 0 ? 1 : 0;
        if (source.exampleLength().isPresent() && source.exampleLength().getAsInt() != ids + end) {
            throw new CorpusException(source.name() + ": expected a token for each of the "
                    + source.exampleLength().getAsInt() + " characters of an example and no other, found "
                    + (ids + end) + "; choose a preset with a tokenizer of kind char");
        }
    }

    private static int add(TokenSink to, Tokenizer tokenizer, String text, boolean end) {
        int[] ids = tokenizer.encode(text);
        to.add(ids, text.getBytes(StandardCharsets.UTF_8).length);
        if (end && tokenizer.endOfText() >= 0) {
            to.add(new int[] {tokenizer.endOfText()}, 0);
        }
        return ids.length;
    }

    /** Refuses a corpus from which not even one training example can be cut. */
    public void requireContext(String source, int context) {
        if (example.isEmpty() && train.size() < context + 1L) {
            throw new CorpusException(source + ": expected at least context + 1 = " + (context + 1)
                    + " training tokens, found " + train.size() + "; give more text or a smaller context");
        }
        if (example.isPresent() && example.getAsInt() > context + 1) {
            throw new CorpusException(source + ": expected examples of at most context + 1 = " + (context + 1)
                    + " tokens, found " + example.getAsInt() + "; give a smaller length or a larger context");
        }
        if (validation.size() < 2) {
            throw new CorpusException(source + ": expected at least 2 validation tokens, found " + validation.size()
                    + "; give more text");
        }
    }
}
