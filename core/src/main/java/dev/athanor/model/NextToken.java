package dev.athanor.model;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Gemv;
import dev.athanor.kernel.Routine;
import dev.athanor.op.Linear;
import dev.athanor.op.Pool;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pass for one more token of a text. It is {@link Forward}'s, run once; its steps are written down then and done
 * again for every later token of any text, which makes no objects.
 */
final class NextToken {
    private final Compute compute;
    private final Pool pool;
    private final Forward pass;
    private final Forward.Stack constant;
    private final Turn turn = new Turn();

    /** The steps, by the kernels that {@link #kernels} was of; faster ones may have taken over since. */
    private @Nullable Routine routine;

    private @Nullable Gemv kernels;
    private float[] last = new float[0]; // logits [V], from lastAt on
    private int lastAt;

    NextToken(Compute compute, Pool pool, Forward pass, Forward.Stack constant) {
        this.compute = compute;
        this.pool = pool;
        this.pass = pass;
        this.constant = constant;
    }

    /**
     * Reads {@code token} behind those in {@code cache}.
     *
     * @param logits [V], what comes after it
     */
    void read(int token, KvCache cache, float[] logits) {
        turn.begin(token, cache);
        try {
            pass.check(turn.token, cache.length() + 1);
            cache.reserve(1);
            pass.reach(cache.length() + 1);
            Routine known = routine;
            if (known == null || kernels != compute.gemv()) {
                write();
            } else {
                known.run(compute.workers());
            }
            System.arraycopy(last, lastAt, logits, 0, logits.length);
            cache.advance(1);
        } finally {
            turn.end();
        }
    }

    private void write() {
        routine = null; // should the pass break off
        kernels = compute.gemv();
        Tape tape = new Tape(compute, pool, false);
        routine = compute.workers().write(() -> {
            Value x = pass.run(tape, constant, turn.token, Run.of(turn));
            Value logits = Linear.apply(tape, x, pass.head(constant.weights()), Optional.empty(), false);
            last = logits.data().data();
            lastAt = logits.data().offset();
        });
        tape.clear(); // lends its arrays to other passes between two tokens, which need nothing of each other
    }
}
