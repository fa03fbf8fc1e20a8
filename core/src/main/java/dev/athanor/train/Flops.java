package dev.athanor.train;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;

/**
 * Work of training by the PaLM rule (arXiv:2204.02311, appendix B): 6 per matrix parameter and 12 L H headSize T for
 * attention.
 */
public final class Flops {
    private Flops() {}

    /** Floating-point operations of one token's forward and backward pass at context {@code length}. */
    public static double perToken(ModelConfig config, int length) {
        double matrices = 0;
        for (TensorSpec spec : TensorTable.of(config)) {
            boolean lookUp = spec.role() == TensorSpec.Role.POSITION_EMBEDDING
                    || (spec.role() == TensorSpec.Role.TOKEN_EMBEDDING && !config.tiedHead());
            if (spec.shape().rank() == 2 && !lookUp) {
                matrices += spec.shape().elements();
            }
        }
        return 6 * matrices + 12.0 * config.layers() * config.heads() * config.headSize() * length;
    }
}
