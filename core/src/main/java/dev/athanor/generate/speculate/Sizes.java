package dev.athanor.generate.speculate;

import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;

/** What a token costs a model: the bytes of the weights it reads. */
final class Sizes {
    private Sizes() {}

    /** Bytes, at least 1; tables of which a token reads one row do not count. */
    static long perToken(Parameters parameters) {
        long sum = 1;
        for (Parameter p : parameters.list()) {
            Role role = p.spec().role();
            boolean table = role == Role.POSITION_EMBEDDING
                    || (role == Role.TOKEN_EMBEDDING && !parameters.config().tiedHead());
            if (!table) {
                sum += switch (p.weight()) {
                    case Tensor t -> 4L * t.size();
                    case Stored s -> s.bytes().byteSize();
                };
            }
        }
        return sum;
    }
}
