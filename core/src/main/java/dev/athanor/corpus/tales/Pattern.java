package dev.athanor.corpus.tales;

import java.util.List;

/** A sentence, or a piece of one, with blanks. */
record Pattern(List<Part> parts) {}
