package dev.athanor.microscope.tale;

import dev.athanor.microscope.view.Figure;
import java.util.Optional;

/**
 * A piece of a sentence.
 *
 * @param text as it is shown; data, never markup
 * @param figure the number behind it, where it shows one
 */
public record Piece(String text, Optional<Figure> figure) {}
