package dev.athanor.finetune;

/**
 * Conversations about tales, by name: {@code tales:} or {@code tales:stories=9000}.
 *
 * @param stories how many to learn from
 */
record TalesName(int stories) {
    private static final String STORIES = "tales:stories=";

    /** Enough for nine answers of ten, and a few minutes on two cores. */
    static final int DEFAULT = 6_000;

    private static final int MOST = 10_000_000;

    /** @throws FinetuneException where {@code name} is another, in one sentence */
    static TalesName parse(String name) {
        if (name.equals("tales:")) {
            return new TalesName(DEFAULT);
        }
        String digits = name.startsWith(STORIES) ? name.substring(STORIES.length()) : "";
        boolean number =
                !digits.isEmpty() && digits.length() <= 8 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(digits) < 1 || Integer.parseInt(digits) > MOST) {
            throw new FinetuneException("--data " + name + ": expected tales: or " + STORIES + "N with N from 1 to "
                    + MOST + ", found another; the seed is --seed");
        }
        return new TalesName(Integer.parseInt(digits));
    }
}
