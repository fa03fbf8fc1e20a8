/**
 * Output that cannot be anything else: regular expressions and JSON schemas as automata over UTF-8 bytes, and which
 * tokens of a vocabulary they let through.
 */
@NullMarked
package dev.athanor.generate.constraint;

import org.jspecify.annotations.NullMarked;
