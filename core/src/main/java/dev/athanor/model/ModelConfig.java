package dev.athanor.model;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The whole description of a model: a family is a value of this record, never a class.
 *
 * @param family which table of tensor names and which {@code model_type} of config.json
 * @param vocabularySize rows of the token embedding
 * @param contextLength the most positions one forward pass may see
 * @param layers number of blocks
 * @param width size d of the residual stream
 * @param heads query heads per layer
 * @param kvHeads key and value heads per layer; divides {@code heads}
 * @param headSize numbers per head; {@code heads * headSize} need not equal {@code width}
 * @param feedForwardWidth hidden size of the feed-forward step
 * @param norm LayerNorm or RMSNorm
 * @param normEpsilon added under the root
 * @param activation what the feed-forward applies; gated kinds have a gate matrix
 * @param positions learned table or rotation of queries and keys
 * @param parallelResidual attention and feed-forward both read the block's input (GPT-NeoX)
 * @param qkNorm RMSNorm over each query and key head before rotation (Qwen3)
 * @param qkvBias whether query, key and value projections have a bias
 * @param attentionOutputBias whether the projection after attention has a bias
 * @param feedForwardBias whether the feed-forward projections have a bias
 * @param tiedHead whether the unembedding is the token embedding
 * @param slidingWindow how many positions, its own included, a query sees at most (Mistral)
 * @param dropout probability used in training only
 * @param bosToken id that begins a text, if the model has one
 * @param eosToken id that ends a text, if the model has one
 * @param layout how the numbers of its matrices are arranged
 */
public record ModelConfig(
        Family family,
        int vocabularySize,
        int contextLength,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int headSize,
        int feedForwardWidth,
        NormKind norm,
        float normEpsilon,
        Activation activation,
        Positions positions,
        boolean parallelResidual,
        boolean qkNorm,
        boolean qkvBias,
        boolean attentionOutputBias,
        boolean feedForwardBias,
        boolean tiedHead,
        OptionalInt slidingWindow,
        float dropout,
        OptionalInt bosToken,
        OptionalInt eosToken,
        Layout layout) {

    /** A model whose weights are arranged as Hugging Face checkpoints of its family are. */
    public ModelConfig(
            Family family,
            int vocabularySize,
            int contextLength,
            int layers,
            int width,
            int heads,
            int kvHeads,
            int headSize,
            int feedForwardWidth,
            NormKind norm,
            float normEpsilon,
            Activation activation,
            Positions positions,
            boolean parallelResidual,
            boolean qkNorm,
            boolean qkvBias,
            boolean attentionOutputBias,
            boolean feedForwardBias,
            boolean tiedHead,
            OptionalInt slidingWindow,
            float dropout,
            OptionalInt bosToken,
            OptionalInt eosToken) {
        this(
                family,
                vocabularySize,
                contextLength,
                layers,
                width,
                heads,
                kvHeads,
                headSize,
                feedForwardWidth,
                norm,
                normEpsilon,
                activation,
                positions,
                parallelResidual,
                qkNorm,
                qkvBias,
                attentionOutputBias,
                feedForwardBias,
                tiedHead,
                slidingWindow,
                dropout,
                bosToken,
                eosToken,
                Layout.huggingFace(family));
    }

    /** The same model with its weights arranged in another way. */
    public ModelConfig withLayout(Layout other) {
        return with(contextLength, other);
    }

    /** The same model for another number of positions. */
    public ModelConfig withContext(int other) {
        return with(other, layout);
    }

    private ModelConfig with(int context, Layout arrangement) {
        return new ModelConfig(
                family,
                vocabularySize,
                context,
                layers,
                width,
                heads,
                kvHeads,
                headSize,
                feedForwardWidth,
                norm,
                normEpsilon,
                activation,
                positions,
                parallelResidual,
                qkNorm,
                qkvBias,
                attentionOutputBias,
                feedForwardBias,
                tiedHead,
                slidingWindow,
                dropout,
                bosToken,
                eosToken,
                arrangement);
    }

    /** The layouts of Hugging Face checkpoints Athanor knows. */
    public enum Family {
        GPT2,
        GPT_NEOX,
        LLAMA,
        MISTRAL,
        QWEN2,
        QWEN3
    }

    public enum NormKind {
        LAYER_NORM,
        RMS_NORM
    }

    public enum Activation {
        GELU_TANH(false),
        GELU_ERF(false),
        SILU_GATED(true);

        private final boolean gated;

        Activation(boolean gated) {
            this.gated = gated;
        }

        public boolean gated() {
            return gated;
        }
    }

    /** How a model knows the order of words. */
    public sealed interface Positions {
        /** One learned vector per position, added to the token embedding. */
        record Learned() implements Positions {}

        /**
         * Rotation of the first {@code dimensions} numbers of every query and key head, pair i by the angle position ·
         * theta^(-2i/dimensions) (RoFormer, arXiv:2104.09864), changed by {@code scaling} for contexts longer than the
         * model first learned. {@link Layout#adjacentPairs} says which two numbers are a pair.
         */
        record Rotary(double theta, int dimensions, RopeScaling scaling) implements Positions {
            /** Rotation as the model first learned it. */
            public Rotary(double theta, int dimensions) {
                this(theta, dimensions, new RopeScaling.None());
            }
        }
    }

    public ModelConfig {
        requirePositive("vocabularySize", vocabularySize);
        requirePositive("contextLength", contextLength);
        requirePositive("layers", layers);
        requirePositive("width", width);
        requirePositive("heads", heads);
        requirePositive("kvHeads", kvHeads);
        requirePositive("headSize", headSize);
        requirePositive("feedForwardWidth", feedForwardWidth);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException("model: expected heads to be a multiple of kvHeads, found heads=" + heads
                    + " and kvHeads=" + kvHeads + "; change one of them");
        }
        if (positions instanceof Positions.Rotary rotary
                && (rotary.dimensions() < 0 || rotary.dimensions() % 2 != 0 || rotary.dimensions() > headSize)) {
            throw new IllegalArgumentException("model: expected an even number of rotary dimensions up to headSize="
                    + headSize + ", found " + rotary.dimensions());
        }
        if (slidingWindow.isPresent() && slidingWindow.getAsInt() < 1) {
            throw new IllegalArgumentException("model: expected slidingWindow >= 1, found " + slidingWindow.getAsInt());
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("model: expected " + name + " >= 1, found " + value);
        }
    }

    /** The rotation of queries and keys, if positions are rotary. */
    public Optional<Positions.Rotary> rotary() {
        return positions instanceof Positions.Rotary rotary ? Optional.of(rotary) : Optional.empty();
    }

    /** Width of all query heads together: {@code heads * headSize}. */
    public int queryWidth() {
        return heads * headSize;
    }

    /** Width of all key (or value) heads together: {@code kvHeads * headSize}. */
    public int kvWidth() {
        return kvHeads * headSize;
    }
}
