package dev.athanor.tokenizer;

/** How text becomes symbols in SentencePiece: every space turns into ▁, and one may stand before the text. */
public enum Spaces {
    /** ▁ before every part of the text between added tokens, while normalising (Llama 2). */
    PREPENDED,
    /** No ▁ before the text (Gemma). */
    REPLACED,
    /** Metaspace: ▁ before every part that does not begin with one. */
    ALWAYS,
    /** Metaspace: ▁ before the first part, if it is text and does not begin with one (Mistral). */
    FIRST,
    /** Metaspace: no ▁ before the text. */
    NEVER;

    /** What stands for a space: U+2581. */
    static final char SPACE = '▁';

    /** Whether this is done by the normaliser, so that added tokens are looked for after it. */
    boolean normalises() {
        return this == PREPENDED || this == REPLACED;
    }

    /** Whether a space is put before the text. */
    boolean adds() {
        return this != REPLACED && this != NEVER;
    }

    /** The normaliser's part. */
    String normalise(String part) {
        if (!normalises()) {
            return part;
        }
        String text = part.replace(' ', SPACE);
        return this == PREPENDED && !text.isEmpty() ? SPACE + text : text;
    }

    /** The rest: what of a part between added tokens goes to the merges. */
    String symbols(String part, boolean first) {
        if (normalises()) {
            return part;
        }
        String text = part.replace(' ', SPACE);
        boolean add = this == ALWAYS || (this == FIRST && first);
        return add && text.charAt(0) != SPACE ? SPACE + text : text;
    }
}
