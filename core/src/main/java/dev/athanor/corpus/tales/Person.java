package dev.athanor.corpus.tales;

/** Somebody with a name and the pronouns that go with it ({@code she} or {@code he}). */
public record Person(String name, boolean female) {
    String he() {
        return female ? "she" : "he";
    }

    String him() {
        return female ? "her" : "him";
    }

    String his() {
        return female ? "her" : "his";
    }
}
