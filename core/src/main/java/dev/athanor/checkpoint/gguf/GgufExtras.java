package dev.athanor.checkpoint.gguf;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.RopeScaling;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Optional;

/** Tensors of GGUF files that Hugging Face directories do not have. */
final class GgufExtras {
    private GgufExtras() {}

    /** Whether a tied head is stored a second time, because llama.cpp asks this architecture for one. */
    static boolean copiesHead(ModelConfig config) {
        return config.tiedHead() && config.family() == Family.GPT_NEOX;
    }

    /** The factors of Llama 3.1's rotation. */
    static Optional<Rearranged> ropeFactors(ModelConfig config) {
        if (config.positions() instanceof Positions.Rotary rotary
                && rotary.scaling() instanceof RopeScaling.Llama3 llama3) {
            float[] factors = GgufRope.factors(llama3, rotary.theta(), rotary.dimensions());
            return Optional.of(Rearranged.asIs(Tensor.view(factors, 0, Shape.of(factors.length))));
        }
        return Optional.empty();
    }
}
