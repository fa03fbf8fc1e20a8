/** What touches numbers: scalar reference kernels, their Vector API twins, matrix products, and workers. */
@NullMarked
package dev.athanor.kernel;

import org.jspecify.annotations.NullMarked;
