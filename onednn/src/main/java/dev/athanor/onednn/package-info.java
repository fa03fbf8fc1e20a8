/** Matrix products by oneDNN, a library of machine code; called through its C interface. */
@NullMarked
package dev.athanor.onednn;

import org.jspecify.annotations.NullMarked;
