package dev.athanor.cli;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.Verification;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor verify}: compare with numbers another program computed. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Recompute logits, loss and gradients and print the largest differences from expected values.",
        footer = {
            "",
            "docs/verify.md shows how to make the expected file with transformers.",
            "Example:  athanor verify --model DIR --expected DIR/expected.safetensors"
        })
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--expected",
            required = true,
            paramLabel = "FILE",
            description = "Safetensors with input_ids, logits, loss and grad.NAME.")
    private Path expected = Path.of("");

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        try (Compute compute = Compute.create(common.threads())) {
            Verification v = Verification.run(new Transformer(Checkpoint.load(model.directory()), compute), expected);
            if (common.json) {
                var node = Json.object();
                Json.put(node, "logits_max_abs", v.logitsMaxAbs());
                Json.put(node, "loss_abs", v.lossAbs());
                Json.put(node, "gradient_max_rel", v.gradientMaxRel());
                node.put("worst_tensor", v.worstTensor());
                System.out.println(node);
            } else {
                System.out.printf(
                        Locale.ROOT,
                        "logits    %.3g (largest difference)%nloss      %.3g%ngradients %.3g of a tensor's largest value, in %s%n",
                        v.logitsMaxAbs(),
                        v.lossAbs(),
                        v.gradientMaxRel(),
                        v.worstTensor());
            }
        }
        return 0;
    }
}
