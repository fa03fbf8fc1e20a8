package dev.athanor.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a pass in their order, as {@link Workers#write} has written them down, to be done again without making
 * anything anew. What differs from one time to the next, the token and how much was read before it, the steps look up
 * when they run; the arrays they read and write are always those of the first time.
 */
public final class Routine {
    private sealed interface Step {
        /** A parallel loop. */
        record Loop(int count, Workers.Task task) implements Step {}

        /** Something the caller does, perhaps with loops of its own. */
        record Alone(Runnable body) implements Step {}
    }

    private final List<Step> steps = new ArrayList<>();

    Routine() {}

    void add(int count, Workers.Task task) {
        steps.add(new Step.Loop(count, task));
    }

    void add(Runnable body) {
        steps.add(new Step.Alone(body));
    }

    /** Does all steps once more, on the threads of {@code workers}. */
    public void run(Workers workers) {
        for (int i = 0; i < steps.size(); i++) { // an iterator would be an object
            switch (steps.get(i)) {
                case Step.Loop loop -> workers.run(loop.count, loop.task);
                case Step.Alone alone -> alone.body.run();
            }
        }
    }
}
