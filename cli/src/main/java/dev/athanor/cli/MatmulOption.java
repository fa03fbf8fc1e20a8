package dev.athanor.cli;

import dev.athanor.kernel.MatrixChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who multiplies matrices where a command reads prompts. */
final class MatmulOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Option(
            names = "--matmul",
            paramLabel = "WHO",
            defaultValue = "auto",
            description =
                    "Who multiplies the matrices of a prompt: auto (oneDNN, where it is installed and faster for the "
                            + "weights' format), onednn (the same, or an error where it cannot run) or vector (Athanor's own "
                            + "kernels in F32) (default: ${DEFAULT-VALUE}).")
    private String who = "auto";

    MatrixChoice choice() {
        return named(spec, who);
    }

    static MatrixChoice named(CommandSpec spec, String who) {
        try {
            return MatrixChoice.named(who);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--matmul: " + e.getMessage());
        }
    }
}
