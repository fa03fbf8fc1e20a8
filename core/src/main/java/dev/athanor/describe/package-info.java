/** What a model is made of, told from its shapes alone. */
@NullMarked
package dev.athanor.describe;

import org.jspecify.annotations.NullMarked;
