/** Where training text comes from: sources, token shards, and the Tales. */
@NullMarked
package dev.athanor.corpus;

import org.jspecify.annotations.NullMarked;
