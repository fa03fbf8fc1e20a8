/** HTTP on the loopback address: pages, the guard in front of them, and how errors are told. */
@NullMarked
package dev.athanor.server;

import org.jspecify.annotations.NullMarked;
