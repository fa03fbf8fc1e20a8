package dev.athanor.checkpoint.gguf;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.RopeScaling;
import java.util.List;
import java.util.Map;

/** Writes a {@link ModelConfig} as the metadata llama.cpp reads. */
final class GgufConfigWriter {
    private GgufConfigWriter() {}

    /**
     * Puts the keys of {@code c} into {@code out}; adds a sentence to {@code notes} for what other programs will not
     * see.
     *
     * @throws IllegalArgumentException when the model has no place in GGUF
     */
    static void write(ModelConfig c, Map<String, GgufValue> out, List<String> notes) {
        String architecture = GgufNames.architecture(c.family());
        String prefix = architecture + ".";
        out.put(prefix + "context_length", GgufValue.of(c.contextLength()));
        out.put(prefix + "embedding_length", GgufValue.of(c.width()));
        out.put(prefix + "block_count", GgufValue.of(c.layers()));
        out.put(prefix + "feed_forward_length", GgufValue.of(c.feedForwardWidth()));
        out.put(prefix + "attention.head_count", GgufValue.of(c.heads()));
        out.put(prefix + "vocab_size", GgufValue.of(c.vocabularySize()));
        boolean layerNorm = c.norm() == NormKind.LAYER_NORM;
        out.put(
                prefix + "attention.layer_norm_" + (layerNorm ? "" : "rms_") + "epsilon",
                GgufValue.of(c.normEpsilon()));
        if (c.family() == Family.GPT_NEOX) {
            out.put(prefix + "use_parallel_residual", GgufValue.of(c.parallelResidual()));
        } else if (c.family() != Family.GPT2) {
            out.put(prefix + "attention.head_count_kv", GgufValue.of(c.kvHeads()));
            out.put(prefix + "attention.key_length", GgufValue.of(c.headSize()));
            out.put(prefix + "attention.value_length", GgufValue.of(c.headSize()));
        }
        c.rotary().ifPresent(rotary -> GgufRope.write(rotary, architecture, out));
        refuseForeignScaling(c, architecture);
        window(c, prefix, out, notes);
        activation(c, prefix, out, notes);
    }

    private static void refuseForeignScaling(ModelConfig c, String architecture) {
        boolean llama = architecture.equals("llama");
        if (!llama && c.rotary().isPresent() && c.rotary().get().scaling() instanceof RopeScaling.Llama3) {
            throw new IllegalArgumentException("rope scaling: expected none, linear or yarn for " + architecture
                    + " in GGUF, found llama3, which only its architecture llama has");
        }
    }

    private static void window(ModelConfig c, String prefix, Map<String, GgufValue> out, List<String> notes) {
        if (c.slidingWindow().isEmpty()) {
            return;
        }
        int window = c.slidingWindow().getAsInt();
        out.put(prefix + "attention.sliding_window", GgufValue.of(window));
        if (window < c.contextLength()) {
            notes.add("the sliding window of " + window + " positions is kept as " + prefix
                    + "attention.sliding_window, which llama.cpp does not apply: it computes longer texts differently");
        }
    }

    private static void activation(ModelConfig c, String prefix, Map<String, GgufValue> out, List<String> notes) {
        Activation usual = c.family() == Family.GPT2 ? Activation.GELU_TANH : Activation.GELU_ERF;
        if (c.activation().gated() || c.activation() == usual) {
            return;
        }
        String name = c.activation() == Activation.GELU_ERF ? "gelu" : "gelu_new";
        out.put(prefix + GgufConfig.ACTIVATION, GgufValue.of(name));
        notes.add("the activation " + name + " is kept as " + prefix + GgufConfig.ACTIVATION
                + ", which llama.cpp does not read");
    }
}
