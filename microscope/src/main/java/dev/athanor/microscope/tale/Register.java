package dev.athanor.microscope.tale;

/** How the same numbers are told. */
public enum Register {
    STORY,
    MATHEMATICS,
    CODE
}
