package dev.athanor.microscope.watch;

/**
 * How a run is watched.
 *
 * @param every steps between records, once the powers of two are through
 * @param cost most time that records may take, as a share of the time of the training steps; the first and the last
 *     record are taken whatever they cost
 * @param checkpoints whether a model is saved with every record
 */
public record WatchSettings(long every, double cost, boolean checkpoints) {
    /** Records every 100 steps for at most a tenth of the steps' time. */
    public static final WatchSettings DEFAULT = new WatchSettings(100, 0.1, false);

    public WatchSettings {
        if (every < 1 || !(cost > 0 && cost <= MOST_COST)) {
            throw new IllegalArgumentException(
                    "watching: expected at least 1 step between records and a cost above 0 and" + " at most "
                            + MOST_COST + " times the steps' time, found " + every + " and " + cost);
        }
    }

    /** A hundred times the time of the steps. */
    public static final double MOST_COST = 100;

    /** The newest step up to {@code step} that a record is due at: 0, powers of two below {@code every}, multiples. */
    public long due(long step) {
        if (step >= every) {
            return step / every * every;
        }
        return Long.highestOneBit(step);
    }
}
