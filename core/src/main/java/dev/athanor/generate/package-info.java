/** Speaking: samplers, stopping rules and the loop that writes one token after another. */
@NullMarked
package dev.athanor.generate;

import org.jspecify.annotations.NullMarked;
