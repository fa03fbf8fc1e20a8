package dev.athanor.hub;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file as the list of a repository names it.
 *
 * @param name path in the repository
 * @param size bytes, where the list says
 * @param etag SHA-256 of a large file or git's SHA-1 of another, where the list says
 */
record RemoteFile(String name, OptionalLong size, Optional<String> etag) {}
