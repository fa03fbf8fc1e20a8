package dev.athanor.finetune;

/** Learning rates for those who give none. */
final class LearningRates {
    private static final double SMALL_COUNT = 5e6;
    private static final double SMALL = 2e-3;
    private static final double LARGE_COUNT = 5e8;

    /** What full fine-tuning of models of some billions of parameters uses. */
    private static final double LARGE = 2e-5;

    /** LoRA does best at about ten times the rate of all weights (arXiv:2410.21228 and Thinking Machines, 2025). */
    private static final double LORA = 10;

    private static final double MOST_LORA = 5e-3;

    private LearningRates() {}

    /** Falls with the number of parameters, straight on logarithmic paper: 2e-3 at 5 million, 2e-5 at 500 million. */
    static double of(long parameters, boolean lora) {
        double at = Math.log(parameters / SMALL_COUNT) / Math.log(LARGE_COUNT / SMALL_COUNT);
        double share = Math.min(1, Math.max(0, at));
        double full = SMALL * StrictMath.pow(LARGE / SMALL, share);
        double rate = lora ? Math.min(MOST_LORA, LORA * full) : full;
        // Two digits: a rate is read by people.
        return Double.parseDouble(String.format(java.util.Locale.ROOT, "%.1e", rate));
    }
}
