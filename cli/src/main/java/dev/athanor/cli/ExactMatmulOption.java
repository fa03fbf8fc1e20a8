package dev.athanor.cli;

import dev.athanor.kernel.MatrixChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who multiplies matrices where a command computes in F32 unless told otherwise. */
final class ExactMatmulOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Option(
            names = "--matmul",
            paramLabel = "WHO",
            defaultValue = "vector",
            description =
                    "Who multiplies matrices: vector (Athanor's own kernels in F32, the same bits everywhere), onednn "
                            + "(narrower numbers where that is faster; the same bits on the same machine) or auto "
                            + "(default: ${DEFAULT-VALUE}).")
    private String who = "vector";

    MatrixChoice choice() {
        return MatmulOption.named(spec, who);
    }
}
