package dev.athanor.train;

/** A recipe small enough to train in a blink. */
final class Presets {
    private static final String SMALL = """
            {"about": "test", "tokenizer": {"kind": "char", "vocabulary": 0},
             "model": {"family": "FAMILY", "layers": 2, "width": 24, "heads": 3, "kvHeads": 3, "headSize": 8, "feedForward": 40,
                       "context": 16, "tied": true, "dropout": DROPOUT, "init": 0.05, "zeroOutputs": false},
             "batch": 3, "accumulate": 2,
             "optimizer": {"kind": "OPTIMIZER", "learningRate": 5e-3, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1,
                           "matrixLearningRate": MUON},
             "schedule": {"kind": "trapezoid", "warmUp": 0.1, "cooldown": 0.4, "last": 0.1},
             "clip": 1.0, "evaluate": {"every": 5, "batches": 2}, "budget": {"steps": 20, "minutes": 0}}
            """;

    private Presets() {}

    static Preset small(String family, String optimizer) {
        return small(family, optimizer, 0.1);
    }

    static Preset small(String family, String optimizer, double dropout) {
        String muon = optimizer.equals("muon")
                ? "0.02, \"momentum\": 0.95, \"matrixDecay\": 0.01"
                : "0, \"momentum\": 0, \"matrixDecay\": 0";
        return Preset.parse(
                SMALL.replace("FAMILY", family)
                        .replace("OPTIMIZER", optimizer)
                        .replace("MUON", muon)
                        .replace("DROPOUT", String.valueOf(dropout)),
                "test");
    }
}
