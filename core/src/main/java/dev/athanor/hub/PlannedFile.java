package dev.athanor.hub;

/**
 * A file of which everything is known.
 *
 * @param name path in the repository
 * @param size bytes
 * @param etag hash that it must have and under which the cache keeps it
 */
record PlannedFile(String name, long size, String etag) {}
