package dev.athanor.chat;

import dev.athanor.generate.constraint.Constraint;
import java.util.Optional;

/** Texts of one form or another: an answer in its form, or a call instead of it. */
record EitherForm(Constraint one, Constraint other) implements Constraint {
    @Override
    public State start() {
        return new At(Optional.of(one.start()), Optional.of(other.start()));
    }

    /** Where a text is in each form that it still may have; at least one is present. */
    private record At(Optional<Constraint.State> one, Optional<Constraint.State> other) implements Constraint.State {
        @Override
        public boolean accepts() {
            return one.filter(Constraint.State::accepts).isPresent()
                    || other.filter(Constraint.State::accepts).isPresent();
        }

        @Override
        public Optional<Constraint.State> next(byte b) {
            Optional<Constraint.State> first = one.flatMap(state -> state.next(b));
            Optional<Constraint.State> second = other.flatMap(state -> state.next(b));
            return first.isEmpty() && second.isEmpty() ? Optional.empty() : Optional.of(new At(first, second));
        }

        @Override
        public boolean mustEnd() {
            return one.map(Constraint.State::mustEnd).orElse(true)
                    && other.map(Constraint.State::mustEnd).orElse(true);
        }
    }
}
