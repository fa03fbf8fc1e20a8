package dev.athanor.op;

import java.util.Arrays;
import java.util.function.IntSupplier;

/** Where the rows of a pass stand in their texts. */
public sealed interface Positions {
    int of(int row);

    /** One past the largest. */
    int end();

    /** Sequences of {@code length} rows that all begin at {@code first}. */
    record Running(int first, int length) implements Positions {
        @Override
        public int of(int row) {
            return first + row % length;
        }

        @Override
        public int end() {
            return first + length;
        }
    }

    /** One row that stands wherever {@code at} says when it is asked. */
    record Next(IntSupplier at) implements Positions {
        @Override
        public int of(int row) {
            return at.getAsInt();
        }

        @Override
        public int end() {
            return at.getAsInt() + 1;
        }
    }

    /** Every row in a text of its own. */
    record Each(int... at) implements Positions {
        public Each {
            at = at.clone();
        }

        @Override
        public int[] at() {
            return at.clone();
        }

        @Override
        public int of(int row) {
            return at[row];
        }

        @Override
        public int end() {
            return Arrays.stream(at).max().orElse(0) + 1;
        }
    }
}
