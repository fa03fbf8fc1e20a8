/** The short way in: open a model, ask it, train one. */
@NullMarked
package dev.athanor;

import org.jspecify.annotations.NullMarked;
