package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * The names GGUF files have for what happens to text before byte-level BPE ({@code tokenizer.ggml.pre}), and what
 * Hugging Face's tokenizers of the same models do. A name stands for its first row here when it is read, and the first
 * row that fits is written.
 *
 * @param name as llama.cpp has it (llama-vocab.cpp)
 * @param wholePieces whether a piece that is itself a token needs no merging
 */
record GgufCuts(String name, Normalization normalization, PreTokenizer preTokenizer, boolean wholePieces) {
    private static final List<GgufCuts> ALL = List.of(
            new GgufCuts("gpt-2", Normalization.NONE, PreTokenizer.GPT2, false),
            new GgufCuts("olmo", Normalization.NFC, PreTokenizer.GPT2, false),
            new GgufCuts("mpt", Normalization.NFC, PreTokenizer.GPT2, false),
            new GgufCuts("phi-2", Normalization.NONE, PreTokenizer.GPT2, false),
            new GgufCuts("smollm", Normalization.NONE, PreTokenizer.DIGITS_GPT2, false),
            new GgufCuts("starcoder", Normalization.NONE, PreTokenizer.DIGITS_GPT2, false),
            new GgufCuts("refact", Normalization.NONE, PreTokenizer.DIGITS_GPT2, false),
            new GgufCuts("llama-bpe", Normalization.NONE, PreTokenizer.LLAMA3, true),
            new GgufCuts("llama3", Normalization.NONE, PreTokenizer.LLAMA3, true),
            new GgufCuts("llama-v3", Normalization.NONE, PreTokenizer.LLAMA3, true),
            new GgufCuts("dbrx", Normalization.NONE, PreTokenizer.LLAMA3, false),
            new GgufCuts("smaug-bpe", Normalization.NONE, PreTokenizer.LLAMA3, false),
            new GgufCuts("qwen2", Normalization.NFC, PreTokenizer.QWEN2, false),
            new GgufCuts("deepseek-r1-qwen", Normalization.NFC, PreTokenizer.QWEN2, false),
            new GgufCuts("gpt-4o", Normalization.NONE, PreTokenizer.O200K, false),
            new GgufCuts("stablelm2", Normalization.NONE, PreTokenizer.QWEN2, false));

    static GgufCuts named(String name) {
        for (GgufCuts cuts : ALL) {
            if (cuts.name.equals(name)) {
                return cuts;
            }
        }
        throw new TokenizerFormatException("tokenizer.ggml.pre: expected one of "
                + String.join(", ", ALL.stream().map(GgufCuts::name).toList()) + ", found " + Fields.shown(name));
    }

    /** The cuts of {@code rules}, with another normalisation where that is all that differs. */
    static GgufCuts of(TextRules rules) {
        List<GgufCuts> near = new ArrayList<>();
        for (GgufCuts cuts : ALL) {
            if (cuts.preTokenizer == rules.preTokenizer()) {
                if (cuts.normalization == rules.normalization() && cuts.wholePieces == rules.wholePieces()) {
                    return cuts;
                }
                near.add(cuts);
            }
        }
        if (near.isEmpty()) {
            throw new TokenizerFormatException("pre_tokenizer: expected cuts that GGUF has a name for, found "
                    + rules.preTokenizer() + "; keep this model in its Hugging Face directory");
        }
        return near.stream()
                .filter(cuts -> cuts.wholePieces == rules.wholePieces())
                .findFirst()
                .orElse(near.getFirst());
    }
}
