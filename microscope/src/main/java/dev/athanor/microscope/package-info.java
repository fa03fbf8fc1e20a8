/** Forward passes that are looked at, asked and changed. */
@NullMarked
package dev.athanor.microscope;

import org.jspecify.annotations.NullMarked;
