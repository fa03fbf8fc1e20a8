package dev.athanor.generate.sample;

/** Makes recent tokens less likely: once for having occurred, and once for each time. */
final class Penalties {
    private int[] counts = new int[0];

    /**
     * Lowers scores.
     *
     * @param recent the text so far, of which the first {@code count} tokens are valid; ids outside [0, V) are ignored
     */
    void apply(Candidates c, SamplerSettings s, int vocabulary, int[] recent, int count) {
        boolean off = s.repeatPenalty() == 1 && s.presencePenalty() == 0 && s.frequencyPenalty() == 0;
        if (off || s.repeatLastN() == 0 || count == 0) {
            return;
        }
        if (counts.length < vocabulary) {
            counts = new int[vocabulary];
        }
        int from = s.repeatLastN() < 0 ? 0 : Math.max(0, count - s.repeatLastN());
        for (int i = from; i < count; i++) {
            if (recent[i] >= 0 && recent[i] < vocabulary) {
                counts[recent[i]]++;
            }
        }
        for (int i = 0; i < c.size(); i++) {
            int times = counts[c.id(i)];
            if (times > 0) {
                double score = c.score(i);
                double repeated = score > 0 ? score / s.repeatPenalty() : score * s.repeatPenalty();
                c.score(i, repeated - times * s.frequencyPenalty() - s.presencePenalty());
            }
        }
        for (int i = from; i < count; i++) {
            if (recent[i] >= 0 && recent[i] < vocabulary) {
                counts[recent[i]] = 0;
            }
        }
    }
}
