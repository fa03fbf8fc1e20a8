package dev.athanor.microscope.tale;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A part of the tale.
 *
 * @param layer the layer it tells of, where it tells of one
 * @param sentences each a row of pieces
 * @param caution where the story misleads here, in one sentence
 */
public record Chapter(String title, OptionalInt layer, List<List<Piece>> sentences, Optional<String> caution) {
    public Chapter {
        sentences = sentences.stream().map(List::copyOf).toList();
    }
}
