/** Micro-benchmarks under JMH; nothing depends on them. */
@NullMarked
package dev.athanor.bench;

import org.jspecify.annotations.NullMarked;
