package dev.athanor.microscope.tale;

/** How tokens are shown to people. */
public interface Words {
    /** The word at a position of the text. */
    String at(int position);

    /** A word of the dictionary. */
    String of(int token);
}
