package dev.athanor.cli;

import dev.athanor.model.KvType;
import picocli.CommandLine.Option;

/** How keys and values of the text are stored. */
final class KvOption {
    @Option(
            names = "--kv",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description =
                    "How keys and values of the text are kept: f32, f16, bf16 or q8_0; the smaller, the more text "
                            + "fits memory and the less exact it is (default: ${DEFAULT-VALUE}).")
    private String type = "f32";

    /** @throws picocli.CommandLine.ParameterException for a name that is none */
    KvType type(Common common) {
        for (KvType kv : KvType.values()) {
            if (kv.code().equals(type)) {
                return kv;
            }
        }
        throw common.usage("--kv: expected f32, f16, bf16 or q8_0, found " + type);
    }
}
