/** The differentiable operations, forward beside backward, and the tape that replays them in reverse. */
@NullMarked
package dev.athanor.op;

import org.jspecify.annotations.NullMarked;
