/** Sentences from resource files, so that another language is another file. */
@NullMarked
package dev.athanor.microscope.text;

import org.jspecify.annotations.NullMarked;
