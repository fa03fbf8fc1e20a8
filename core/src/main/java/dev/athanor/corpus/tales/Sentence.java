package dev.athanor.corpus.tales;

import java.util.List;
import java.util.Optional;

/**
 * A sentence with what may be asked after it was told.
 *
 * @param reason clause behind "because" for what the hero then feels
 */
record Sentence(Pattern pattern, Optional<Pattern> reason, List<Question> questions) {
    /** A question and its answer, both made from what the story has fixed by then. */
    record Question(Pattern question, Pattern answer) {}
}
