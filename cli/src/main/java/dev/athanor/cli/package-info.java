/** The command line: one command per verb, nothing but wiring. */
@NullMarked
package dev.athanor.cli;

import org.jspecify.annotations.NullMarked;
