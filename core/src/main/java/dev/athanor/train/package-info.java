/** Training: optimisers, schedules, the loop, metrics and reports. */
@NullMarked
package dev.athanor.train;

import org.jspecify.annotations.NullMarked;
