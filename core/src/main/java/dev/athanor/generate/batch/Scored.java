package dev.athanor.generate.batch;

import java.util.List;

/**
 * A token with its log-probability under the model, before any sampler.
 *
 * @param logprob nats; the same float as in {@code top}, where the token is among them
 * @param top likeliest tokens of its place, likeliest first
 */
public record Scored(int id, float logprob, List<Likely> top) {
    /** One of the likeliest tokens. */
    public record Likely(int id, float logprob) {}

    public Scored {
        top = List.copyOf(top);
    }
}
