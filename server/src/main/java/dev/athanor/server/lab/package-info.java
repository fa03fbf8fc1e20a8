/** The laboratory: runs that can be asked, experiments, exports. */
@NullMarked
package dev.athanor.server.lab;

import org.jspecify.annotations.NullMarked;
