package dev.athanor.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * What a download left.
 *
 * @param model as it was asked for
 * @param commit that the revision named
 * @param path folder with the files, ready to open
 * @param files in it that belong to the model
 * @param bytesDownloaded bytes of files that came over the network
 */
public record PullResult(ModelName model, String commit, Path path, List<PulledFile> files, long bytesDownloaded) {
    public PullResult {
        files = List.copyOf(files);
    }
}
